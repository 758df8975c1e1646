"""What is taken of a statement's rows, in SQL: the rows are called ``q``."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from channel_service.reading.compiled import DIALECT


class Shape(NamedTuple):
    """Columns, and an order; all columns, and in no order, when left out."""

    columns: str = "q.*"
    order: str = ""


ALL = Shape()


def named(column: str) -> str:
    """One of the columns of the rows."""
    return "q." + DIALECT.identifier_preparer.quote(column)


def in_order(key: Sequence[sa.ColumnElement[Any]], *, descending: bool) -> str:
    """In the order of these columns of theirs."""
    turned = " desc" if descending else ""
    return " order by " + ", ".join(named(str(column.name)) + turned for column in key)
