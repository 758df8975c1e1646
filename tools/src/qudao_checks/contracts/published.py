"""What the services publish, and what each reads of the others, found in the services themselves."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from channel_events import LogRestored, Topic
from channel_events.pure import EventType, event_type
from channel_operate import installed
from channel_service import Service

from qudao_checks.contracts.schemas import Schema, schema_of


class Published(NamedTuple):
    """A public event; ``service`` is the publisher's name: ``orders-inventory``."""

    service: str
    declared: EventType

    @property
    def wire(self) -> str:
        return self.declared.wire(self.service)

    @property
    def schema(self) -> Schema:
        return schema_of(self.service, self.declared)

    @property
    def file(self) -> str:
        """Under ``contracts/``, without suffix: ``orders_inventory/order_placed``."""
        return f"{self.service.replace('-', '_')}/{self.declared.type}"


class Consumed(NamedTuple):
    """A tolerant model: what ``reader`` knows of an event of ``publisher``."""

    reader: str
    publisher: str
    declared: EventType

    @property
    def wire(self) -> str:
        return self.declared.wire(self.publisher)


ANY_SERVICE = "any-service"
"""Stands for each service where the library speaks for it: the type of each begins with its own name."""


def services() -> list[Service]:
    """Those that are installed."""
    return [one.load() for one in installed()]


def published(all_services: Sequence[Service]) -> list[Published]:
    """Every public event of every decider, in the services' order, then by name; and what any service's log may say of itself."""
    return [Published(ANY_SERVICE, event_type(LogRestored)), *_of_services(all_services)]


def _of_services(all_services: Sequence[Service]) -> list[Published]:
    return [
        Published(service.name, declared)
        for service in all_services
        for declared in sorted(
            {event_type(cls) for decider in service.deciders for cls in decider.events}, key=lambda declared: declared.type
        )
        if declared.public
    ]


def consumed(all_services: Sequence[Service]) -> Iterator[Consumed]:
    for service in all_services:
        seen: dict[tuple[str, str], EventType] = {}
        sources = [*(source for view in service.views for source in view.sources), *(reaction.source for reaction in service.reactions)]
        for source in sources:
            if isinstance(source, Topic):
                seen |= {(source.name, type_): declared for type_, declared in source.registry.types.items()}
        for (publisher, _), declared in seen.items():
            yield Consumed(service.name, publisher, declared)
