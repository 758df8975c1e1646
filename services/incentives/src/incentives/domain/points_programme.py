"""Programmes of points: what a point is worth, how many an amount earns, and how long they hold."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, TypeAlias

from channel_events.pure import Decider, Known, Rejected, agree, command, event, tell
from channel_terms import Amount, Currency, HappenedOn, Name, happened_on
from msgspec import Meta, Struct

from incentives.domain.plan.commands import By
from incentives.domain.portion import is_payable
from incentives.domain.words import ZERO, Least

_ID = r"^[A-Za-z0-9][A-Za-z0-9_-]*\Z"
ProgrammeId: TypeAlias = Annotated[str, Meta(min_length=1, max_length=40, pattern=_ID, description="For ever.", examples=["club"])]


@event("points_programme_opened")
class PointsProgrammeOpened(Struct, frozen=True, kw_only=True):
    """A point is worth ``value``; an amount that a plan pays earns ``per_unit`` points for each unit of the currency."""

    programme_id: str
    title: str
    currency: str
    value: Decimal
    per_unit: Decimal
    holds_days: int | None
    by: str
    occurred_on: date


@command("open_points_programme", stream="points_programme/{programme_id}")
class OpenPointsProgramme(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Once for ever: the same again changes nothing, other facts under its id are refused."""

    programme_id: ProgrammeId
    title: Annotated[Name, Meta(examples=["Partner club"])]
    currency: Currency
    value: Annotated[Least, Meta(description="Of a point, as the ledger has it; 0 leaves the ledger out.", examples=["0.10"])] = ZERO
    per_unit: Annotated[Amount, Meta(description="Points for each unit of the currency that a plan pays.", examples=["1"])] = Decimal(1)
    holds_days: Annotated[
        Annotated[int, Meta(ge=1, le=36_600, examples=[365])] | None, Meta(description="How long points hold; for ever when left out.")
    ] = None
    by: By = None
    on: HappenedOn = None


def decide(command: OpenPointsProgramme, opened: PointsProgrammeOpened | None, known: Known) -> Iterator[PointsProgrammeOpened]:
    if opened is None:
        if not is_payable(command.value, command.currency) or command.per_unit <= 0:
            raise Rejected("points_value_invalid", currency=command.currency)
        yield tell(PointsProgrammeOpened, command, by=command.by or "", occurred_on=happened_on(command.on, known))
    elif not agree(command, opened, but=frozenset({"by"})):
        raise Rejected("points_programme_exists", programme_id=command.programme_id)


def evolve(_: PointsProgrammeOpened | None, event: PointsProgrammeOpened) -> PointsProgrammeOpened | None:
    return event


POINTS_PROGRAMME: Decider[OpenPointsProgramme, PointsProgrammeOpened | None, PointsProgrammeOpened] = Decider(
    "points_programme", initial=None, decide=decide, evolve=evolve, events=[PointsProgrammeOpened]
)
