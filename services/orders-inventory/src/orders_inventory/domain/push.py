"""A push: what a platform sent, kept as it came, and what became of it.

Each is a stream of its own, because platforms promise no order: what cannot be applied yet holds up no other. Which content
of an order wins is decided by its version (`orders_inventory.domain.pushed`), not by when it came.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import TypeAlias

from channel_events.pure import Decider, Known, Rejected, command, event
from msgspec import Struct
from msgspec.structs import replace


class Outcome(StrEnum):
    APPLIED = "applied"
    DUPLICATE = "duplicate"
    """The same message under another delivery id."""
    SUPERSEDED = "superseded"
    """A newer version of the same thing was applied before."""
    IGNORED = "ignored"
    """It asks for nothing that is kept here; the reason says why."""
    DISMISSED = "dismissed"
    """A person decided that it shall not be applied."""


@event("push_received")
class PushReceived(Struct, frozen=True, kw_only=True):
    """The body as it came: as ``text``, or as ``base64`` when it is not plain text. ``headers``: those that say what it is."""

    source: str
    push_id: str
    platform: str
    headers: dict[str, str]
    encoding: str
    body: str
    digest: str


@event("push_settled")
class PushSettled(Struct, frozen=True, kw_only=True):
    """What became of it. ``entity``: what it was about, like ``order:727``; ``reason``: a stable code, or a person's words."""

    source: str
    push_id: str
    outcome: Outcome
    reason: str | None
    entity: str | None
    version: str | None


class Receive(Struct, frozen=True):
    push: PushReceived


@command("settle_push", stream="push/{source}/{push_id}")
class Settle(Struct, frozen=True):
    source: str
    push_id: str
    outcome: Outcome
    reason: str | None = None
    entity: str | None = None
    version: str | None = None


class Push(Struct, frozen=True, gc=False):
    """Small, for every push of a process may be cached: the body is only its digest here."""

    source: str = ""
    push_id: str = ""
    digest: str = ""
    outcome: Outcome | None = None


PushCommand: TypeAlias = Receive | Settle
PushEvent: TypeAlias = PushReceived | PushSettled


def push_key(source: str, push_id: str) -> str:
    return f"{source}/{push_id}"


def decide(command: PushCommand, push: Push, _: Known) -> Iterator[PushEvent]:
    match command:
        case Receive(push=received):
            if not push.digest:
                yield received
            elif push.digest != received.digest:
                raise Rejected("push_id_reused", push_id=received.push_id)
        case Settle():
            if not push.digest:
                raise Rejected("push_unknown")
            if push.outcome is None:
                yield PushSettled(
                    source=push.source,
                    push_id=push.push_id,
                    outcome=command.outcome,
                    reason=command.reason,
                    entity=command.entity,
                    version=command.version,
                )


def evolve(push: Push, event: PushEvent) -> Push:
    match event:
        case PushReceived():
            return Push(event.source, event.push_id, event.digest)
        case PushSettled():
            return replace(push, outcome=event.outcome)


PUSH: Decider[PushCommand, Push, PushEvent] = Decider(
    "push", initial=Push(), decide=decide, evolve=evolve, events=[PushReceived, PushSettled]
)
