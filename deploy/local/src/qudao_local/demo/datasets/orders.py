"""Order rows become orders: grouped by the order's key, with what was taken back from them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from qudao_local.demo.datasets.convert import count
from qudao_local.demo.datasets.mapping import Kind, Orders
from qudao_local.demo.datasets.report import BadValue
from qudao_local.demo.datasets.tables import Row, Section, Tables
from qudao_local.demo.documents import Line


@dataclass(frozen=True, slots=True)
class Header:
    """What all rows of an order share."""

    partner: str
    on: date
    warehouse: str
    sales_rep: str | None
    territory: str | None
    confirmed_on: date | None
    shipped_on: date | None
    delivered_on: date | None


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A row that takes units of a line back; what it is called in the export tells lines apart: the line's key, else the SKU."""

    kind: str
    row: Row
    wanted: str
    quantity: int
    on: date | None
    reason: str


@dataclass(slots=True)
class OrderRows:
    """An order as its rows tell it; ``rows`` counts all its line rows, also bad ones, so that mending one renames no other."""

    header: Header | None = None
    row: Row | None = None
    rows: int = 0
    lines: dict[str, Line] = field(default_factory=dict)
    taken_back: list[TakenBack] = field(default_factory=list)


class OrderReader:
    """Reads the orders' file row by row; bad rows are listed, the others of their order still count."""

    def __init__(self, tables: Tables, orders: Orders, partners: Mapping[str, object], products: Mapping[str, object]) -> None:
        self._report = tables.report
        self._partners = partners
        self._products = products
        section = Section(tables, orders, "orders")
        self._section = section
        self._key = section.text(orders.order, "order")
        section.order_of = self._order_of
        self._partner = section.text(orders.partner, "partner")
        self._on = section.day(orders.on, "on")
        self._warehouse = section.text(orders.warehouse, "warehouse")
        self._sales_rep = section.optional_text(orders.sales_rep, "sales_rep")
        self._territory = section.optional_text(orders.territory, "territory")
        self._steps = [section.day(getattr(orders, name), name) for name in ("confirmed_on", "shipped_on", "delivered_on")]
        line = orders.line
        self._line = section.text(line.line, "line.line") if line.line else None
        self._sku = section.text(line.sku, "line.sku")
        self._quantity = section.number(line.quantity, "line.quantity")
        self._unit_price = section.number(line.unit_price, "line.unit_price")
        self._discount = section.number(line.discount, "line.discount") if line.discount else None
        self._kinds = [_BoundKind(section, kind, f"kinds.{number}") for number, kind in enumerate(orders.kinds)]

    def read(self) -> dict[str, OrderRows]:
        """The orders by key, in the order in which the file has them."""
        orders: dict[str, OrderRows] = {}
        for row in self._section.rows():
            try:
                self._take(row, orders)
            except BadValue as bad:
                self._report.reject(row.file, row.line, str(bad), self._order_of(row))
        return orders

    def _order_of(self, row: Row) -> str | None:
        try:
            return self._key(row)
        except (BadValue, IndexError):  # a row without its joined ones has no columns of theirs
            return None

    def _take(self, row: Row, orders: dict[str, OrderRows]) -> None:
        kind = next((kind for kind in self._kinds if kind.holds(row)), None)
        if kind is None:
            raise BadValue("is of no kind: no `when` of orders.kinds holds")
        if kind.kind == "ignored":
            self._report.ignored[kind.reason(row)] += 1
            return
        key = self._key(row)
        order = orders.setdefault(key, OrderRows())
        if kind.kind == "order_line":
            order.rows += 1
            self._take_line(row, key, order)
            self._report.taken[kind.kind] += 1
        else:
            self._take_back(row, kind, order)

    def _take_line(self, row: Row, key: str, order: OrderRows) -> None:
        header, line = self._header(row), self._order_line(row, order.rows)
        if order.header is not None and header != order.header:
            differing = [name for name in Header.__slots__ if getattr(header, name) != getattr(order.header, name)]
            raise BadValue(f"order {key} has another {', '.join(differing)} in line {order.row.line if order.row else 0}")
        if line.line_id in order.lines:
            raise BadValue(f"order {key} has a line {line.line_id} already")
        if order.header is None:
            order.header, order.row = header, row
        order.lines[line.line_id] = line

    def _header(self, row: Row) -> Header:
        partner, on = self._partner(row), self._on(row)
        if partner not in self._partners:
            raise BadValue(f"partner {partner} is not among the partners")
        if on is None:
            raise BadValue("on is empty")
        confirmed_on, shipped_on, delivered_on = (step(row) for step in self._steps)
        reached = [day for day in (on, confirmed_on, shipped_on, delivered_on) if day]
        if reached != sorted(reached):
            raise BadValue(f"its days go back: {', '.join(map(str, reached))}")
        if (delivered_on and not shipped_on) or (shipped_on and not confirmed_on):
            raise BadValue("it was shipped before it was confirmed, or delivered before it was shipped")
        return Header(
            partner=partner,
            on=on,
            warehouse=self._warehouse(row),
            sales_rep=self._sales_rep(row) or None,
            territory=self._territory(row) or None,
            confirmed_on=confirmed_on,
            shipped_on=shipped_on,
            delivered_on=delivered_on,
        )

    def _order_line(self, row: Row, number: int) -> Line:
        quantity, price = count(self._quantity(row)), self._unit_price(row)
        discount = self._discount(row) if self._discount else Decimal(0)
        if quantity <= 0:
            raise BadValue(f"line.quantity: {quantity} is not positive")
        if price < 0:
            raise BadValue(f"line.unit_price: {price} is negative")
        if not 0 <= discount <= quantity * price:
            raise BadValue(f"line.discount: {discount} is not between 0 and the line's {quantity * price}")
        return Line(self._line(row) if self._line else str(number), self._known_sku(row), quantity, price, discount)

    def _take_back(self, row: Row, kind: "_BoundKind", order: OrderRows) -> None:
        quantity = count(self._quantity(row))
        if kind.kind == "adjustment":
            if quantity == 0:
                self._report.ignored["an adjustment of money only: no door takes it yet"] += 1
                return
            if quantity > 0:
                raise BadValue("an adjustment that adds units: write them as an order line of their own order")
        elif quantity == 0:
            raise BadValue("line.quantity: 0 units are taken back")
        wanted = self._line(row) if self._line else self._known_sku(row)
        order.taken_back.append(TakenBack(kind.kind, row, wanted, abs(quantity), kind.on(row), kind.reason(row) or kind.kind))

    def _known_sku(self, row: Row) -> str:
        if (sku := self._sku(row)) not in self._products:
            raise BadValue(f"product {sku} is not among the products")
        return sku


class _BoundKind:
    def __init__(self, section: Section, kind: Kind, place: str) -> None:
        self.kind = kind.kind
        self.holds: Callable[[Row], bool] = section.condition(kind.when, f"{place}.when") if kind.when is not None else lambda _: True
        self.reason = section.optional_text(kind.reason, f"{place}.reason")
        self.on = section.day(kind.on, f"{place}.on")
