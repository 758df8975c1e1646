"""Types and filters that several resources use."""

from typing import Annotated, Any

import sqlalchemy as sa
from channel_events import Table
from channel_service import Day, Filter
from pydantic import Field

from orders_inventory.views.numbered import numbered

OrderId = Annotated[str, Field(description="source:external_id", max_length=203, examples=["shop:1001"])]
Sku = Annotated[str, Field(min_length=1, max_length=64, examples=["PEN-01"])]
Warehouse = Annotated[str, Field(min_length=1, max_length=40, examples=["sh"])]


def by_number(table: Table, example: str) -> Filter:
    """Narrows a list of documents to those whose number begins so."""
    kind = Annotated[str, Field(min_length=1, max_length=141)]
    return Filter(
        name="q", kind=kind, where=numbered(table), description="The beginning of its number, or source:number.", examples=[example]
    )


def on_days(column: sa.ColumnElement[Any], what: str) -> tuple[Filter, Filter]:
    """Narrows a list to business dates from one on, and up to one; ``what`` is on them, like "Placed on"."""
    return (
        Filter(name="from", kind=Day, where=lambda day: column >= day, description=f"{what} this business date or later."),
        Filter(name="to", kind=Day, where=lambda day: column <= day, description=f"{what} this business date or earlier."),
    )
