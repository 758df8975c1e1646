"""What a row says of one line: its SKU, its units, and what they cost."""

from collections.abc import Container
from decimal import ROUND_CEILING, Decimal

from qudao_local.demo.datasets.convert import count, plain
from qudao_local.demo.datasets.mapping import Line as Described
from qudao_local.demo.datasets.report import BadValue, Report, require
from qudao_local.demo.datasets.tables import Row, Section
from qudao_local.demo.documents import Line

_PRICE_DIGITS = 4
"""Behind the point, of a unit price that is worked out from a line's total."""


class LineValues:
    """The line of a section, bound to its columns. ``of_another``: its key is that of another document's line, and may be missing."""

    def __init__(self, section: Section, line: Described, products: Container[str], report: Report, *, of_another: bool = False) -> None:
        self._products, self._report = products, report
        key = section.optional_text if of_another else section.text
        self._key = key(line.line, "line.line") if line.line else lambda _: ""
        self._sku = section.text(line.sku, "line.sku")
        self._said_sku = section.optional_text(line.sku, "line.sku")
        self._quantity = section.number(line.quantity, "line.quantity")
        self._unit_price = section.number(line.unit_price, "line.unit_price") if line.unit_price else None
        self._total = section.number(line.total, "line.total") if line.total else None
        self._discount = section.number(line.discount, "line.discount") if line.discount else None

    def quantity(self, row: Row) -> int:
        return count(self._quantity(row))

    def sku(self, row: Row) -> str:
        sku = self._sku(row)
        require(sku in self._products, f"product {sku} is not among the products")
        return sku

    def called(self, row: Row) -> str:
        """What the export calls the line: its key, else its SKU."""
        return self._key(row) or self.sku(row)

    def about(self, row: Row) -> str:
        """The same of a row that need not be about a line: what it says, which may be nothing."""
        return self._key(row) or self._said_sku(row)

    def product(self, row: Row) -> str:
        """The SKU that the row is about, where it is about one; else nothing."""
        sku = self._said_sku(row)
        return sku if sku in self._products else ""

    def whole(self, row: Row, number: int) -> Line:
        """The line, called by its key or its ``number``."""
        quantity = self.quantity(row)
        if quantity <= 0:
            raise BadValue(f"line.quantity: {quantity} is not positive")
        price, rounding = self._price(row, quantity)
        discount = self._discount(row) if self._discount else Decimal(0)
        if not 0 <= discount <= quantity * price - rounding:
            raise BadValue(f"line.discount: {discount} is not between 0 and the line's {quantity * price - rounding}")
        if rounding:
            self._report.rounded(rounding)
        return Line(self._key(row) or str(number), self.sku(row), quantity, price, plain(discount + rounding))

    def _price(self, row: Row, quantity: int) -> tuple[Decimal, Decimal]:
        """The unit price, and by how much all units cost more with it than the line's total: the price is rounded up."""
        if self._total is None:
            price = self._unit_price(row) if self._unit_price else Decimal(0)
            if price < 0:
                raise BadValue(f"line.unit_price: {price} is negative")
            return price, Decimal(0)
        if (total := self._total(row)) < 0:
            raise BadValue(f"line.total: {total} is negative")
        exact = total / quantity
        if exact * quantity == total and -int(exact.as_tuple().exponent) <= _PRICE_DIGITS:
            return plain(exact), Decimal(0)
        price = plain(exact.quantize(Decimal(1).scaleb(-_PRICE_DIGITS), ROUND_CEILING))
        return price, price * quantity - total
