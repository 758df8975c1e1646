"""Reactions: an event becomes commands of this service."""

from collections.abc import Awaitable, Callable
from typing import Any, Literal
from uuid import UUID, uuid5

from channel_events.pure import Actor, CommandKey, Recorded, Rejected, UseCase
from channel_events.view import OwnLog, Topic

Arrived = Callable[[Any, list[str]], Awaitable[set[str]]]


class Reaction:
    """Turns events recorded after its creation into commands, each event once.

    ``commands(event)`` is pure and yields `On`; all commands of one event are decided and written together or not at all,
    in one transaction with the reaction's progress. Where it has to know how things are it asks (`Ask`): a stream is as all that
    was decided before leaves it, what a local copy tells may lag. It may raise `Rejected`: the event itself is refused.
    ``imported``: what its commands say happened elsewhere before (see `Known`).

    ``refused`` says what becomes of an event whose commands are refused: ``"keep"`` stores the command key with the code
    as its outcome and goes on; ``"park"`` parks the event's stream until it is re-driven. ``waits_for(rejected)`` names
    what is missing then, like ``partner/p-1``, and ``await arrived(connection, names)`` says which of the names are there
    by now: those streams are re-driven without anybody's help.

    The command key is (reaction, event id): whatever is repeated, refilled or begun again, an event acts once. It acts
    as `actor` with the subject ``reaction/<name>``, caused by the event.
    """

    def __init__(
        self,
        name: str,
        *,
        of: OwnLog | Topic,
        commands: Callable[[Recorded], UseCase],
        imported: bool = False,
        refused: Literal["keep", "park"] = "keep",
        waits_for: Callable[[Rejected], str | None] | None = None,
        arrived: Arrived | None = None,
    ) -> None:
        if (waits_for is None) != (arrived is None):
            raise ValueError(f"reaction {name}: waits_for and arrived belong together")
        if waits_for is not None and refused != "park":
            raise ValueError(f"reaction {name}: only what is parked waits")
        self.name = name
        self.source = of
        self.commands = commands
        self.imported = imported
        self.refused = refused
        self.waits_for = waits_for
        self.arrived = arrived

    @property
    def subscription(self) -> str:
        """The name its progress is kept under."""
        return self.name

    @property
    def sources(self) -> tuple[OwnLog | Topic]:
        """Its source, alone."""
        return (self.source,)

    def actor(self, event: Recorded) -> Actor:
        """Who acts on this event: the reaction, in the event's chain of causes."""
        return Actor(f"reaction/{self.name}", correlation=event.correlation or event.id, causation=event.id, trace=event.trace)

    def key(self, event: Recorded) -> CommandKey:
        """The same for ever, whatever the commands are: re-driven by newer code an event still acts once."""
        return CommandKey(event.id, b"")


def derived_id(event: Recorded, index: int | str = 0) -> str:
    """An id for the ``index``-th thing that an event makes (an intent to pay, to send), or for what it makes for somebody: the same at
    every attempt."""
    return str(uuid5(UUID(event.id), str(index)))
