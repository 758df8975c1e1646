"""Order rows become orders: grouped by the order's key, with what was taken back from them."""

from collections.abc import Callable, Container
from dataclasses import replace
from decimal import Decimal

from qudao_local.demo.datasets.line_values import LineValues
from qudao_local.demo.datasets.mapping import Kind, Orders
from qudao_local.demo.datasets.order_rows import Header, OrderRows, TakenBack
from qudao_local.demo.datasets.report import BadValue
from qudao_local.demo.datasets.sections import Value
from qudao_local.demo.datasets.store import OrderStore
from qudao_local.demo.datasets.tables import Row, Section, Tables


class OrderReader:
    """Reads the orders' file row by row; bad rows are listed, the others of their order still count."""

    def __init__(
        self,
        tables: Tables,
        orders: Orders,
        currency: str,
        partners: Container[str],
        products: Container[str],
        territories: Container[str],
    ) -> None:
        self._report = tables.report
        self._partners = partners
        self._territories = territories
        section = Section(tables, orders, "orders")
        self._section = section
        self._key = section.text(orders.order, "order")
        section.order_of = self._order_of
        self._partner = section.text(orders.partner, "partner")
        self._on = section.day(orders.on, "on")
        self._warehouse = section.text(orders.warehouse, "warehouse")
        self._currency = section.text(orders.currency or Value(constant=currency), "currency")
        self._sales_rep = section.optional_text(orders.sales_rep, "sales_rep")
        self._territory = section.optional_text(orders.territory, "territory")
        self._steps = [section.day(getattr(orders, name), name) for name in ("confirmed_on", "shipped_on", "delivered_on")]
        self._line = LineValues(section, orders.line, products, tables.report)
        self._kinds = [_BoundKind(section, kind, f"kinds.{number}") for number, kind in enumerate(orders.kinds)]

    def read(self) -> OrderStore:
        """The orders of the whole file."""
        orders = OrderStore()
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

    def _take(self, row: Row, orders: OrderStore) -> None:
        kind = next((kind for kind in self._kinds if kind.holds(row)), None)
        if kind is None:
            raise BadValue("is of no kind: no `when` of orders.kinds holds")
        if kind.kind == "ignored":
            self._report.ignored[kind.reason(row)] += 1
            return
        key = self._key(row)
        order = orders.at(key)
        if kind.kind == "order_line":
            order.rows[row.file] += 1
            if self._take_line(row, key, order):
                self._report.taken[kind.kind] += 1
        else:
            self._take_back(row, kind, order)

    def _take_line(self, row: Row, key: str, order: OrderRows) -> bool:
        """Whether it is a line; not one when another file has it, the same."""
        header, line = self._header(row), self._line.whole(row, order.rows[row.file])
        if order.header is not None and header != order.header:
            differing = [name for name in Header.__slots__ if getattr(header, name) != getattr(order.header, name)]
            raise BadValue(f"order {key} has another {', '.join(differing)} in line {order.row.line if order.row else 0}")
        if order.row is not None and order.row.file != row.file:
            # An export that grew beside the old one: an order is one file's, what another says of it may only be the same.
            if order.lines.get(line.line_id) != line:
                raise BadValue(f"order {key} is in {order.row.file} already, with other lines")
            self._report.repeat(row.file, row.line, f"order {key} is in {order.row.file} already, the same")
            return False
        if line.line_id in order.lines:
            raise BadValue(f"order {key} has a line {line.line_id} already")
        if order.header is None:
            order.header, order.row = header, row.place()
        order.lines[line.line_id] = line
        return True

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
        territory = self._territory(row) or None
        if territory is not None and territory not in self._territories:
            raise BadValue(f"territory: {territory!r} is not one of the territories")
        return Header(
            partner=partner,
            on=on,
            warehouse=self._warehouse(row),
            currency=self._currency(row),
            sales_rep=self._sales_rep(row) or None,
            territory=territory,
            confirmed_on=confirmed_on,
            shipped_on=shipped_on,
            delivered_on=delivered_on,
        )

    def _take_back(self, row: Row, kind: "_BoundKind", order: OrderRows) -> None:
        quantity, amount = self._line.quantity(row), Decimal(0)
        if kind.kind == "adjustment":
            if quantity > 0:
                raise BadValue("an adjustment that adds units: write them as an order line of their own order")
            amount = kind.amount(row) if quantity == 0 and kind.amount else Decimal(0)
            if quantity == 0 and amount == 0:
                self._report.ignored["an adjustment of nothing: neither units nor an amount"] += 1
                return
        elif quantity == 0:
            raise BadValue("line.quantity: 0 units are taken back")
        wanted = self._line.called(row) if quantity else self._line.about(row)
        turn = order.turns[kind.kind, wanted] + 1
        price = kind.unit_price(row) if kind.unit_price else None
        if price is not None and price < 0:
            raise BadValue(f"unit_price: {price} is negative")
        reason = kind.reason(row) or kind.kind
        new = TakenBack(kind.kind, row.place(), turn, wanted, abs(quantity), kind.on(row), reason, price, amount)
        for known in order.taken_back:
            if known.row.file != row.file and replace(known, row=new.row, turn=turn) == new:
                self._report.repeat(row.file, row.line, f"is in {known.row.file} already, the same")
                return
        order.turns[kind.kind, wanted] = turn
        order.taken_back.append(new)


class _BoundKind:
    def __init__(self, section: Section, kind: Kind, place: str) -> None:
        self.kind = kind.kind
        self.holds: Callable[[Row], bool] = section.condition(kind.when, f"{place}.when") if kind.when is not None else lambda _: True
        self.reason = section.optional_text(kind.reason, f"{place}.reason")
        self.on = section.day(kind.on, f"{place}.on")
        self.unit_price = section.number(kind.unit_price, f"{place}.unit_price") if kind.unit_price else None
        self.amount = section.number(kind.amount, f"{place}.amount") if kind.amount else None
