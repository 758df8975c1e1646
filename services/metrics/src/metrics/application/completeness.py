"""Whether an answer is made of all that happened, as far as can be known here, and what keeps the rest away."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from enum import StrEnum

from channel_events import View
from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from metrics.views.standing import PARKED, standing_query


class Reason(StrEnum):
    """Why facts may be missing; all but the last want a person.

    `FORKED`: the source's history is another one than that taken in. `INCOMPLETE`: its topic has a gap. `PARKED`: events wait,
    because they could not be taken in. `NEVER_SEEN`: nothing has ever come from there. `BEHIND`: more than a batch is on its
    way, or whether anything is cannot be seen now.
    """

    FORKED = "forked"
    INCOMPLETE = "incomplete"
    PARKED = PARKED
    NEVER_SEEN = "never_seen"
    BEHIND = "behind"


class Lack(Struct, frozen=True):
    view: str
    source: str
    reason: Reason


class Completeness(Struct, frozen=True):
    """``complete``: nothing is lacking; None where that cannot be known, because another process takes the events in."""

    complete: bool | None
    lacks: Sequence[Lack]


Near = Callable[[View, str], bool | None]
"""Whether a view has all but a batch of what its source, by name, has sent; None where another process knows."""


async def completeness(read: AsyncConnection, views: Sequence[View], near: Near) -> Completeness:
    """Of what is made of these views. Asked before the answer is: what was here then is in it."""
    found: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for row in await read.execute(standing_query(views)):
        found[row.subscription, row.source][row.state] = row.position
    lacks, known = [], True
    for view in views:
        for source in view.sources:
            stands, coming = found[view.subscription, source.name], near(view, source.name)
            reasons = [reason for reason in (Reason.FORKED, Reason.INCOMPLETE, Reason.PARKED) if reason in stands]
            if not any(stands.values()):
                reasons.append(Reason.NEVER_SEEN)
            elif coming is False and not {Reason.FORKED, Reason.INCOMPLETE} & stands.keys():
                reasons.append(Reason.BEHIND)
            lacks += [Lack(view.name, source.name, reason) for reason in reasons]
            known = known and coming is not None
    return Completeness(False if lacks else True if known else None, lacks)
