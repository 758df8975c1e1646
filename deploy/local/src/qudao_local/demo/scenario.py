"""A scenario: a whole channel to be played, however it came about."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from qudao_local.demo.documents import Document, Partner, Product, Step, Territory, Warehouse
from qudao_local.demo.incentives import Incentives


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
    places: Callable[[], Iterator[str]] | None = None
    """Where each of ``documents`` stands, like ``orders.csv:7``; None where it was made up."""
    master_places: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """The same of masters, by the name of their class and their code."""

    incentives: Incentives | None = None
    """What the channel is paid for, where that is known."""

    def place_of(self, master: Territory | Partner | Product | Warehouse) -> str:
        """``customers.csv:3: ``, to begin a line with; nothing when it was made up."""
        code = getattr(master, master.__struct_fields__[0])
        place = self.master_places.get((type(master).__name__, code))
        return f"{place}: " if place else ""
