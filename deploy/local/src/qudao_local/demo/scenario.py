"""A scenario: a whole channel to be played, however it came about."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from qudao_local.demo.documents import Document, Partner, Product, Step, Territory, Warehouse


@dataclass(frozen=True, slots=True)
class Scenario:
    """``documents`` and ``steps`` start anew at each call and give the same again; documents are in the order in which they are sent."""

    name: str
    currency: str
    zone: str
    first_day: date
    last_day: date
    territories: list[Territory]
    partners: list[Partner]
    products: list[Product]
    warehouses: list[Warehouse]
    expected_documents: int
    documents: Callable[[], Iterator[Document]]
    steps: Callable[[], Iterator[list[Step]]] = field(default=lambda: iter(()))
    """Per order its steps, which follow after its document."""
    groupings: Iterable[str] = ("channel_type", "territory")
    """The dimensions by which the table breaks the figures down."""
