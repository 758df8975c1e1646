"""What a mapping's sections are made of: values, conditions, files, and the rows of joined files."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Value(Part):
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


def _plain_text(written: Any) -> Any:
    # A reason is more often a text than a column: the short form means the text itself.
    return {"constant": written} if isinstance(written, str) else written


Reason = Annotated[Value, BeforeValidator(_plain_text)]


def _expression(written: Any) -> Any:
    return written.removeprefix("=").strip() if isinstance(written, str) else written


Condition = Annotated[str, BeforeValidator(_expression)]


class File(Part):
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


class Join(Part):
    """A row of another file, found by its key; its columns are called ``<name of the join>.<column>``."""

    file: str
    on: Columns
    optional: bool = Field(default=False, description="no such row: its columns are empty, instead of a bad row")


class Table(Part):
    """A section that is read from a file, a row at a time."""

    from_: str = Field(alias="from")
    join: dict[str, Join] = Field(default_factory=dict)
    where: Condition | None = Field(default=None, description="only rows for which this holds; the others are passed over")


class Described(Table):
    """What may be described in many rows, as a customer on each of its orders."""

    keep: Literal["first", "last"] | None = Field(
        default=None, description="whose description holds when rows differ; without it a row that differs from the first is bad"
    )
