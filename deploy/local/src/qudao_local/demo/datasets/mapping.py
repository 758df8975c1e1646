"""The mapping file as a typed model. `docs/how-to/load-your-own-data.md` explains it to those who write one."""

from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from qudao_local.demo.datasets.explain import explain
from qudao_local.demo.datasets.report import MappingError
from qudao_local.demo.datasets.sections import Condition, Described, File, Part, Reason, Table, Written


class Territories(Described):
    territory: Written
    name: Written
    parent: Written | None = None


class Partners(Described):
    partner: Written
    name: Written
    channel_type: Written
    territory: Written
    segment: Written | None = None
    parent: Written | None = None
    placed_by: Literal["territory", "orders"] = Field(
        default="territory", description="where a partner with orders belongs: in its own territory, or in that of its first order"
    )


class Products(Described):
    sku: Written
    name: Written
    category: Written | None = None
    subcategory: Written | None = None


class Warehouse(Part):
    warehouse: str
    name: str
    territory: str | None = None


class Line(Part):
    line: Written | None = Field(default=None, description="the line's key in its order; by default the row's number in the order, from 1")
    sku: Written
    quantity: Written
    unit_price: Written | None = None
    total: Written | None = Field(default=None, description="instead of the unit price: what all units cost together, before the discount")
    discount: Written | None = None

    @model_validator(mode="after")
    def _one_price(self) -> "Line":
        if (self.unit_price is None) == (self.total is None):
            raise ValueError("give either unit_price or total")
        return self


RowKind = Literal["order_line", "cancellation", "return", "adjustment", "ignored"]


class Kind(Part):
    """What a row is; the first kind whose ``when`` holds (or that has none) decides."""

    kind: RowKind
    when: Condition | None = None
    on: Written | None = Field(default=None, description="the day of the cancellation, return or adjustment; by default the order's")
    reason: Reason | None = None
    unit_price: Written | None = Field(
        default=None, description="of a return: what is given back for a unit, after all discounts; as it was sold when left out"
    )
    amount: Written | None = Field(
        default=None, description="of an adjustment of no units: what it adds to what was sold; with a minus what it takes away"
    )

    @model_validator(mode="after")
    def _has_reason(self) -> "Kind":
        if self.kind in {"cancellation", "return", "ignored"} and self.reason is None:
            raise ValueError(f"a row of kind {self.kind} needs a reason")
        for name, kind in (("unit_price", "return"), ("amount", "adjustment")):
            if getattr(self, name) is not None and self.kind != kind:
                raise ValueError(f"{name} is of a row of kind {kind}, not {self.kind}")
        return self


class Orders(Table):
    """A row per order line (and per cancellation, return...); what belongs to the order is the same on all its lines."""

    order: Written
    partner: Written
    on: Written
    warehouse: Written
    currency: Written | None = Field(default=None, description="ISO 4217 code; by default the mapping's")
    sales_rep: Written | None = None
    territory: Written | None = Field(default=None, description="where the order was sold; by default where its partner belongs")
    confirmed_on: Written | None = None
    shipped_on: Written | None = None
    delivered_on: Written | None = None
    line: Line
    kinds: list[Kind] = Field(default_factory=lambda: [Kind(kind="order_line")], min_length=1)

    @model_validator(mode="after")
    def _all_reachable(self) -> "Orders":
        for number, kind in enumerate(self.kinds[:-1], 1):
            if kind.when is None:
                raise ValueError(f"kind {number} ({kind.kind}) has no `when`, so the kinds after it are never reached")
        return self


class Match(Part):
    """How what came back with a credit note is found among what was sold."""

    by: Literal["line", "item", "item_and_price"]
    of: Literal["sale", "partner"] = Field(default="sale", description="in the order that `sale` names, or in any of the partner's")
    take: Literal["first", "last"] = "first"


class CreditNotes(Table):
    """A row per line of a credit note: units that come back, or an amount without units."""

    note: Written
    partner: Written
    on: Written
    reason: Reason
    sale: Written | None = Field(default=None, description="the number of the order that it takes back, where it says so")
    currency: Written | None = Field(default=None, description="ISO 4217 code; by default the mapping's")
    sales_rep: Written | None = None
    warehouse: Written | None = Field(default=None, description="where goods without their sale lie again; else they are on no stock")
    line: Line | None = None
    amount: Written | None = Field(default=None, description="of a row without units: how much is given back; with a minus it is charged")
    match: Match | None = None

    @model_validator(mode="after")
    def _says_what(self) -> "CreditNotes":
        if self.line is None and self.amount is None:
            raise ValueError("give line, amount, or both")
        if self.match is not None:
            if self.match.of == "sale" and self.sale is None:
                raise ValueError("to match by the sale, say which column is its number: sale")
            if self.line is None or (self.match.by == "line" and self.line.line is None):
                raise ValueError(f"to match by {self.match.by}, line needs {'line' if self.match.by == 'line' else 'its values'}")
        return self


class Stock(Table):
    """What lay in the warehouses at first, came in or was lost; a row per SKU."""

    kind: Literal["opening", "receipt", "write_off"]
    warehouse: Written
    sku: Written
    quantity: Written
    on: Written | None = Field(default=None, description="the day; of an opening balance by default the day before the first order")
    reference: Written | None = Field(default=None, description="the number of the delivery note or of the loss")
    reason: Reason | None = None

    @model_validator(mode="after")
    def _says_what(self) -> "Stock":
        needs = {"opening": (), "receipt": ("on", "reference"), "write_off": ("on", "reference", "reason")}[self.kind]
        if missing := [name for name in needs if getattr(self, name) is None]:
            raise ValueError(f"stock of kind {self.kind} needs {', '.join(missing)}")
        return self


class Dates(Part):
    format: str = "iso"
    zone: str | None = Field(default=None, description="of times without an offset; by default the mapping's zone")


class Numbers(Part):
    decimal: Literal[".", ","] = "."
    thousands: Literal[".", ",", " ", "'"] | None = None

    @model_validator(mode="after")
    def _differ(self) -> "Numbers":
        if self.decimal == self.thousands:
            raise ValueError("decimal and thousands must differ")
        return self


class Mapping(Part):
    """A data set: its files and what their rows are."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$", description="also the source of its orders, and its data folder")
    title: str = ""
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    zone: str = Field(description="the brand's time zone, an IANA name")
    dates: Dates = Field(default_factory=Dates)
    numbers: Numbers = Field(default_factory=Numbers)
    files: dict[str, File] = Field(min_length=1)
    territories: list[Territories] = Field(min_length=1)
    partners: Partners
    products: Products
    warehouses: list[Warehouse] = Field(min_length=1)
    orders: Orders
    credit_notes: list[CreditNotes] = Field(default_factory=list)
    stock: list[Stock] = Field(default_factory=list)
    opening_stock: Literal["all_ordered", "none"] | None = Field(
        default=None,
        description="a receipt of all that is ordered or lost of each SKU, the day before the first order; none where `stock` is told",
    )

    @property
    def made_up_stock(self) -> bool:
        """Whether what is ordered is taken to have been there, because the export does not tell."""
        return self.opening_stock == "all_ordered" or (self.opening_stock is None and not self.stock)

    @model_validator(mode="after")
    def _one_opening(self) -> "Mapping":
        if self.opening_stock == "all_ordered" and any(one.kind == "opening" for one in self.stock):
            raise ValueError("opening_stock is all_ordered though stock tells an opening balance: leave one of them out")
        return self

    @model_validator(mode="after")
    def _files_exist(self) -> "Mapping":
        for table in [*self.territories, self.partners, self.products, self.orders, *self.credit_notes, *self.stock]:
            for name in [table.from_, *(join.file for join in table.join.values())]:
                if name not in self.files:
                    raise ValueError(f"no file is called {name!r}; the files are {', '.join(self.files)}")
            for join in table.join.values():
                key = self.files[join.file].key
                if key is None or len(key) != len(join.on):
                    raise ValueError(f"to be joined, the file {join.file!r} needs a `key` of as many columns as `on` has")
        return self

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"no such time zone: {zone}; for instance Asia/Shanghai") from None
        return zone


def read_mapping(path: Path) -> Mapping:
    """Raises `MappingError` with one line per mistake."""
    try:
        # Every scalar stays the text that was written: YAML 1.1 would read `on` and `no` as truth values and 007 as 7.
        written = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 (builds no objects)
    except OSError as missing:
        raise MappingError(f"{path}: cannot be read: {missing.strerror}") from missing
    except (yaml.YAMLError, UnicodeDecodeError) as broken:
        raise MappingError(f"{path}: is not YAML: {broken}") from broken
    try:
        return Mapping.model_validate(written)
    except ValidationError as wrong:
        raise MappingError("\n".join(f"{path.name}: {line}" for line in explain(Mapping, wrong))) from wrong
