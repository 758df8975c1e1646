"""Which record may be applied: the rules by which a subscription follows one partition, pure.

Kafka is a pipe that may repeat, forget or be refilled; what decides is the link. A record names its predecessor in the
partition by position and id, both fixed when the log wrote it.
"""

from collections.abc import Sequence
from enum import Enum

import msgspec

from channel_events.pure import Recorded

NOTHING = "00000000-0000-0000-0000-000000000000"
"""The id before the first event of a partition."""


class Place(msgspec.Struct, frozen=True):
    """The last event applied of a partition."""

    position: int = 0
    id: str = NOTHING


class Verdict(Enum):
    APPLY = "its predecessor is the last one applied"
    OURS = "the last one applied itself"
    OLD = "applied before"
    FORKED = "we applied what the log no longer has"
    GAP = "something is missing before it"


def judge(place: Place, record: Recorded) -> Verdict:
    """What a record is to someone at this place."""
    if record.previous_id == place.id:
        return Verdict.APPLY
    if record.position == place.position:
        return Verdict.OURS if record.id == place.id else Verdict.FORKED
    if record.position < place.position:
        return Verdict.OLD
    if record.previous_position is not None and record.previous_position <= place.position:
        return Verdict.FORKED
    return Verdict.GAP


class Walk(msgspec.Struct):
    """What following a partition over some records came to."""

    apply: list[Recorded]
    offsets: list[int]
    """Of the records to apply."""
    place: Place
    skipped: int = 0
    ours: int | None = None
    """Where our own last record was met again, when nothing came after it."""
    forked: Recorded | None = None
    gap: bool = False
    rest: int | None = None
    """The offset of the first record not looked at, because there is a gap before it."""


def walk(place: Place, records: Sequence[tuple[int, Recorded]], *, searching: bool) -> Walk:
    """Follows records (offset, event) in the order of the topic.

    At a gap it stops, unless ``searching``: then it goes on, skipping, until a record links; old and forked ones are
    told apart all the while.
    """
    done = Walk([], [], place)
    for offset, record in records:
        if record.previous_id == place.id:
            done.apply.append(record)
            done.offsets.append(offset)
            place = Place(record.position, record.id)
            done.ours, done.gap, searching = None, False, False
            continue
        verdict = judge(place, record)
        if verdict is Verdict.OURS:
            done.ours = offset
            continue
        if verdict is Verdict.FORKED:
            done.forked = record
            break
        if verdict is Verdict.GAP:
            done.gap = True
            if not searching:
                done.rest = offset
                break
        done.skipped += 1
    done.place = place
    return done
