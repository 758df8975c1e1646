"""Stock that an export tells: what lay there at first, what came in, what was lost."""

from collections.abc import Container, Iterator
from datetime import date

from qudao_local.demo.datasets.convert import count
from qudao_local.demo.datasets.mapping import Stock
from qudao_local.demo.datasets.report import BadValue, require
from qudao_local.demo.datasets.stories import Story
from qudao_local.demo.datasets.tables import Row, Section, Tables
from qudao_local.demo.documents import Count, Receipt, StockDocument, WriteOff

_TURNS = {"opening": 0, "receipt": 0, "write_off": 3}

Key = tuple[str, str, str]
"""Warehouse, SKU and reference: by them a row is known."""


class StockReader:
    """One section. Rows of one file and key add up, as on a delivery note; another file may only say the same."""

    def __init__(self, tables: Tables, stock: Stock, place: str, name: str, products: Container[str], warehouses: Container[str]) -> None:
        section = Section(tables, stock, place)
        self._kind, self._section, self._report = stock.kind, section, tables.report
        self._products, self._warehouses = products, warehouses
        self._warehouse, self._sku = section.text(stock.warehouse, "warehouse"), section.text(stock.sku, "sku")
        self._quantity, self._on = section.number(stock.quantity, "quantity"), section.day(stock.on, "on")
        self._reference = section.text(stock.reference, "reference") if stock.reference else lambda _: f"opening {name}"
        self._reason = section.text(stock.reason, "reason") if stock.reason else lambda _: "opening stock"
        self._found: dict[Key, dict[str, tuple[int, date, str, Row]]] = {}

    def stories(self, first: date, before: date) -> Iterator[Story]:
        """A document a key. An opening balance is of the day ``before`` unless it says its own, which cannot be after the ``first``."""
        for row in self._section.rows():
            try:
                self._take(row, first, before)
            except BadValue as bad:
                self._report.reject(row.file, row.line, str(bad))
        for key, of_files in self._found.items():
            (quantity, on, reason, row), *others = of_files.values()
            for *said, other in others:
                if said == [quantity, on, reason]:
                    self._report.repeat(other.file, other.line, f"is in {row.file} already, the same")
                else:
                    self._report.reject(other.file, other.line, f"{' '.join(key)} is in {row.file} already, and says something else")
            if quantity:
                story = Story(on, _TURNS[self._kind])
                story.add(self._document(key, quantity, on, reason), row)
                yield story

    def _take(self, row: Row, first: date, before: date) -> None:
        quantity, on = count(self._quantity(row)), self._on(row)
        if self._kind == "opening":
            on = on or before
            require(quantity >= 0, f"quantity: {quantity} cannot lie there")
            require(on <= first, f"the opening balance is of {on}, after the first order of {first}: what came in later is a receipt")
        require(self._kind == "opening" or quantity > 0, f"quantity: {quantity} is not positive")
        if on is None:
            raise BadValue("on is empty")
        key = self._warehouse(row), self._known(row), self._reference(row)
        reason, of_files = self._reason(row), self._found.setdefault(key, {})
        known = of_files.get(row.file)
        if known is not None:
            require(known[1:3] == (on, reason), f"{' '.join(key)} is in line {known[3].line} already, of another day or reason")
            quantity += known[0]
        of_files[row.file] = quantity, on, reason, row.place() if known is None else known[3]
        self._report.taken[self._kind] += 1

    def _known(self, row: Row) -> str:
        sku = self._sku(row)
        require(sku in self._products, f"product {sku} is not among the products")
        require(self._warehouse(row) in self._warehouses, f"warehouse {self._warehouse(row)} is not among the warehouses")
        return sku

    def _document(self, key: Key, quantity: int, on: date, reason: str) -> StockDocument:
        warehouse, sku, reference = key
        match self._kind:
            case "opening":
                return Count(warehouse, sku, quantity, reason, reference, on)
            case "receipt":
                return Receipt(warehouse, sku, quantity, reference, on)
            case _:
                return WriteOff(warehouse, sku, quantity, reason, reference, on)
