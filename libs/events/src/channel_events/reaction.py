"""Reactions: an event becomes commands of this service."""

from collections.abc import Callable, Sequence
from typing import Any, Literal
from uuid import UUID, uuid5

from channel_events.pure import Actor, CommandKey, Recorded, Rejected, UseCase
from channel_events.view import OwnLog, Topic
from channel_events.waits import Wait


class Reaction:
    """Turns events recorded after its creation into commands, each event once.

    ``commands(event)`` is pure and yields `On`; all commands of one event are decided and written together or not at all,
    in one transaction with the reaction's progress. Where it has to know how things are it asks (`Ask`): a stream is as all that
    was decided before leaves it, what a local copy tells may lag. It may raise `Rejected`: the event itself is refused.
    ``imported``: what its commands say happened elsewhere before (see `Known`).

    ``refused`` says what becomes of an event whose commands are refused: ``"keep"`` stores the command key with the code
    as its outcome and goes on; ``"park"`` parks the event's stream until it is re-driven. ``waits`` tell what a refusal may be
    waiting for: when that is there, the stream is re-driven without anybody's help.

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
        waits: Sequence[Wait] = (),
    ) -> None:
        if waits and refused != "park":
            raise ValueError(f"reaction {name}: only what is parked waits")
        self.name = name
        self.source = of
        self.commands = commands
        self.imported = imported
        self.refused = refused
        self.waits = tuple(waits)

    @property
    def subscription(self) -> str:
        """The name its progress is kept under."""
        return self.name

    @property
    def sources(self) -> tuple[OwnLog | Topic]:
        """Its source, alone."""
        return (self.source,)

    def waits_for(self, refusal: Rejected) -> str | None:
        """What a refusal waits for, as it is kept and shown (``stock/sh/PEN/12``); None when no wait explains it."""
        return next((text for one in self.waits if (text := one.text(refusal)) is not None), None)

    async def arrived(self, connection: Any, texts: Sequence[str]) -> set[str]:
        """Those of these texts whose things are there by now; ``connection`` as for `Wait`."""
        there: set[str] = set()
        for wait in self.waits:
            if keys := {key: text for text in texts if (key := wait.key(text)) is not None}:
                there |= {keys[key] for key in await wait.found(connection, list(keys))}
        return there

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
