"""Rulings: that a payee broke a rule, as somebody decided elsewhere; a plan's sanctions look at them."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from channel_events.pure import Decider, Known, Rejected, agree, command, event, tell
from channel_terms import Code, HappenedOn, Name, happened_on
from msgspec import Meta, Struct

from incentives.domain.words import Payee


@event("ruling_recorded")
class RulingRecorded(Struct, frozen=True, kw_only=True):
    """``occurred_on`` is the day that decides in which window it counts."""

    ruling_id: str
    payee: Payee
    payee_id: str
    cause: str
    reason: str
    occurred_on: date


@command("record_ruling", stream="ruling/{ruling_id}")
class RecordRuling(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Once for ever: the same again changes nothing, other facts under its number are refused."""

    ruling_id: Annotated[Code, Meta(description="Where it was decided it is called so.", examples=["case-17"])]
    payee: Annotated[Payee, Meta(description="Plans that pay partners look at those about partners, others at those about sales reps.")]
    payee_id: Annotated[Code, Meta(examples=["p-1001"])]
    cause: Annotated[Code, Meta(description="Sanctions name the causes that they punish.", examples=["cross_region"])]
    reason: Annotated[Name, Meta(examples=["sold 20 units outside of its region"])]
    on: HappenedOn = None


def decide(command: RecordRuling, ruling: RulingRecorded | None, known: Known) -> Iterator[RulingRecorded]:
    if ruling is None:
        yield tell(RulingRecorded, command, occurred_on=happened_on(command.on, known))
    elif not agree(command, ruling) or command.on not in (None, ruling.occurred_on):
        raise Rejected("ruling_exists", ruling_id=command.ruling_id)


def evolve(_: RulingRecorded | None, event: RulingRecorded) -> RulingRecorded | None:
    return event


RULING: Decider[RecordRuling, RulingRecorded | None, RulingRecorded] = Decider(
    "ruling", initial=None, decide=decide, evolve=evolve, events=[RulingRecorded]
)
