"""The newest version of a thing that a source told us, so that an older one never overwrites it."""

from collections.abc import Iterator

from channel_events.pure import Decider, Known, Rejected, command, event
from msgspec import Struct


@event("pushed_version_taken")
class PushedVersionTaken(Struct, frozen=True, kw_only=True):
    """``entity`` stands here as in ``version`` now; versions of one entity are ordered as texts."""

    source: str
    entity: str
    version: str
    push_id: str


@command("take_version", stream="pushed/{source}/{entity}")
class TakeVersion(Struct, frozen=True):
    source: str
    entity: str
    version: str
    push_id: str


Version = str
"""Of the newest version taken, empty before the first."""


def pushed_key(source: str, entity: str) -> str:
    return f"{source}/{entity}"


def decide(command: TakeVersion, newest: Version, _: Known) -> Iterator[PushedVersionTaken]:
    if command.version <= newest:
        raise Rejected("version_passed", entity=command.entity, version=command.version, newest=newest)
    yield PushedVersionTaken(source=command.source, entity=command.entity, version=command.version, push_id=command.push_id)


def evolve(_: Version, event: PushedVersionTaken) -> Version:
    return event.version


PUSHED: Decider[TakeVersion, Version, PushedVersionTaken] = Decider(
    "pushed", initial="", decide=decide, evolve=evolve, events=[PushedVersionTaken]
)
