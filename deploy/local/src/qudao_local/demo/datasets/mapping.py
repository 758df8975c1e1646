"""The mapping file as a typed model. `docs/how-to/load-your-own-data.md` explains it to those who write one."""

from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from qudao_local.demo.datasets.explain import explain
from qudao_local.demo.datasets.report import MappingError


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Value(_Part):
    """Where a value comes from: a column, a constant, or an expression over columns.

    Written shortly: a text is a column's name, a text that begins with ``=`` is an expression.
    """

    column: str | None = None
    constant: str | None = None
    expression: str | None = None
    default: str | None = Field(default=None, description="taken when the column or expression is empty")
    map: dict[str, str] | None = Field(default=None, description="what each text becomes; one that is not in it makes the row bad")
    format: str | None = Field(default=None, description="of a date, as in strptime; else that of `dates`")

    @model_validator(mode="after")
    def _one_origin(self) -> "Value":
        if sum(origin is not None for origin in (self.column, self.constant, self.expression)) != 1:
            raise ValueError("give exactly one of column, constant, expression")
        return self


def _short(written: Any) -> Any:
    if isinstance(written, str):
        return {"expression": written[1:].strip()} if written.startswith("=") else {"column": written}
    return written


def _one_or_more(written: Any) -> Any:
    return [written] if isinstance(written, str) else written


Written = Annotated[Value, BeforeValidator(_short)]
Columns = Annotated[list[str], BeforeValidator(_one_or_more), Field(min_length=1)]


def _expression(written: Any) -> Any:
    return written.removeprefix("=").strip() if isinstance(written, str) else written


Condition = Annotated[str, BeforeValidator(_expression)]


class File(_Part):
    """A delimited text file with a header line, in the data set's folder."""

    path: Columns = Field(description="one, several, or patterns like sales-*.csv; several are read in the order of their names")
    compression: Literal["none", "gzip", "zip"] | None = Field(default=None, description="by default from the path's ending")
    member: str | None = Field(default=None, description="the file within a zip that has several")
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    quote: str = Field(default='"', min_length=1, max_length=1)
    encoding: str = "utf-8-sig"
    header: list[str] | None = Field(default=None, description="the columns, of a file without a header line")
    key: Columns | None = Field(default=None, description="the columns by which others join this file")

    @field_validator("path")
    @classmethod
    def _all_inside(cls, paths: list[str]) -> list[str]:
        return [cls._inside(path) or "" for path in paths]

    @field_validator("member")
    @classmethod
    def _inside(cls, path: str | None) -> str | None:
        if path is not None and (Path(path).is_absolute() or ".." in Path(path).parts):
            raise ValueError("must lie inside the data set's folder")
        return path

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, name: str) -> str:
        try:
            "".encode(name)
        except LookupError:
            raise ValueError(f"no such encoding: {name}; for instance utf-8, gb18030, windows-1252") from None
        return name


class Join(_Part):
    """A row of another file, found by its key; its columns are called ``<name of the join>.<column>``."""

    file: str
    on: Columns
    optional: bool = Field(default=False, description="no such row: its columns are empty, instead of a bad row")


class Table(_Part):
    """A section that is read from a file, a row at a time."""

    from_: str = Field(alias="from")
    join: dict[str, Join] = Field(default_factory=dict)
    where: Condition | None = Field(default=None, description="only rows for which this holds; the others are passed over")


class Described(Table):
    """What may be described in many rows, as a customer on each of its orders."""

    keep: Literal["first", "last"] | None = Field(
        default=None, description="whose description holds when rows differ; without it a row that differs from the first is bad"
    )


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


class Products(Described):
    sku: Written
    name: Written
    category: Written | None = None
    subcategory: Written | None = None


class Warehouse(_Part):
    warehouse: str
    name: str
    territory: str | None = None


class Line(_Part):
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


class Kind(_Part):
    """What a row is; the first kind whose ``when`` holds (or that has none) decides."""

    kind: RowKind
    when: Condition | None = None
    on: Written | None = Field(default=None, description="the day of the cancellation, return or adjustment; by default the order's")
    reason: Value | None = None

    @field_validator("reason", mode="before")
    @classmethod
    def _plain_text(cls, written: Any) -> Any:
        # A reason is more often a text than a column: the short form means the text itself.
        return {"constant": written} if isinstance(written, str) else written

    @model_validator(mode="after")
    def _has_reason(self) -> "Kind":
        if self.kind in {"cancellation", "return", "ignored"} and self.reason is None:
            raise ValueError(f"a row of kind {self.kind} needs a reason")
        return self


class Orders(Table):
    """A row per order line (and per cancellation, return...); what belongs to the order is the same on all its lines."""

    order: Written
    partner: Written
    on: Written
    warehouse: Written
    currency: Written | None = Field(default=None, description="ISO 4217 code; by default the mapping's")
    sales_rep: Written | None = None
    territory: Written | None = Field(default=None, description="when given, a partner's territory is that of its orders")
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


class Dates(_Part):
    format: str = "iso"
    zone: str | None = Field(default=None, description="of times without an offset; by default the mapping's zone")


class Numbers(_Part):
    decimal: Literal[".", ","] = "."
    thousands: Literal[".", ",", " ", "'"] | None = None

    @model_validator(mode="after")
    def _differ(self) -> "Numbers":
        if self.decimal == self.thousands:
            raise ValueError("decimal and thousands must differ")
        return self


class Mapping(_Part):
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
    opening_stock: Literal["all_ordered", "none"] = Field(
        default="all_ordered", description="a receipt of all that is ordered of each SKU, the day before the first order"
    )

    @model_validator(mode="after")
    def _files_exist(self) -> "Mapping":
        for table in [*self.territories, self.partners, self.products, self.orders]:
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
