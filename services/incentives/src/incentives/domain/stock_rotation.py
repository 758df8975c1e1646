"""Stock rotation: of what a partner bought in a time it may give back a share, for other goods."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, TypeAlias

from channel_events.pure import Decider, Known, Rejected, agree, command, event, tell
from channel_terms import PLANNED, Code, Currency, HappenedOn, Name, happened_on, planned_on
from msgspec import Meta, Struct
from msgspec.structs import replace

from incentives.domain.days import in_order
from incentives.domain.plan.commands import By
from incentives.domain.portion import Portion


@event("stock_rotation_opened")
class StockRotationOpened(Struct, frozen=True, kw_only=True):
    """From ``first`` to ``last`` a partner may give back ``share`` of what it bought from ``bought_from`` to ``bought_until``, by value."""

    rotation_id: str
    currency: str
    share: Decimal
    bought_from: date
    bought_until: date
    first: date
    last: date
    by: str
    occurred_on: date


@event("stock_rotation_withdrawn")
class StockRotationWithdrawn(Struct, frozen=True, kw_only=True):
    """It was wrong: nothing more is claimed or approved by it. What was approved is owed."""

    rotation_id: str
    reason: str
    by: str
    occurred_on: date


@command("open_stock_rotation", stream="stock_rotation/{rotation_id}")
class OpenStockRotation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Once for ever: the same again changes nothing, other facts under its number are refused."""

    rotation_id: Annotated[Code, Meta(description="For ever.", examples=["2026-Q1"])]
    currency: Currency
    share: Annotated[Portion, Meta(description="Of the purchases.", examples=["0.05"])]
    bought_from: Annotated[date, PLANNED, Meta(examples=["2026-01-01"])]
    bought_until: Annotated[date, PLANNED, Meta(examples=["2026-03-31"])]
    first: Annotated[date, PLANNED, Meta(examples=["2026-04-01"])]
    last: Annotated[date, PLANNED, Meta(examples=["2026-04-30"])]
    by: By = None
    on: HappenedOn = None


@command("withdraw_stock_rotation", stream="stock_rotation/{rotation_id}")
class WithdrawStockRotation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """It was wrong: from now on nothing is claimed or approved by it, and it does not come back. What was approved is owed. The same
    again changes nothing."""

    rotation_id: Annotated[Code, Meta(examples=["2026-Q1"])]
    reason: Annotated[Name, Meta(examples=["opened for the wrong quarter"])]
    by: By = None
    on: HappenedOn = None


class StockRotation(Struct, frozen=True, kw_only=True):
    opened: StockRotationOpened | None = None
    withdrawn_on: date | None = None


StockRotationCommand: TypeAlias = OpenStockRotation | WithdrawStockRotation
StockRotationEvent: TypeAlias = StockRotationOpened | StockRotationWithdrawn


def decide(command: StockRotationCommand, rotation: StockRotation, known: Known) -> Iterator[StockRotationEvent]:
    c = command
    if isinstance(c, WithdrawStockRotation):
        if rotation.opened is None:
            raise Rejected("stock_rotation_unknown", rotation_id=c.rotation_id)
        if rotation.withdrawn_on is None:
            yield tell(StockRotationWithdrawn, c, by=c.by or "", occurred_on=happened_on(c.on, known))
    elif rotation.opened is None:
        for day in (c.bought_until, c.last):
            planned_on(day, known)
        in_order(c.bought_from, c.bought_until)
        in_order(c.first, c.last)
        yield tell(StockRotationOpened, c, by=c.by or "", occurred_on=happened_on(c.on, known))
    elif not agree(c, rotation.opened, but=frozenset({"by"})):
        raise Rejected("stock_rotation_exists", rotation_id=c.rotation_id)


def evolve(rotation: StockRotation, event: StockRotationEvent) -> StockRotation:
    if isinstance(event, StockRotationWithdrawn):
        return replace(rotation, withdrawn_on=event.occurred_on)
    return replace(rotation, opened=event)


STOCK_ROTATION: Decider[StockRotationCommand, StockRotation, StockRotationEvent] = Decider(
    "stock_rotation", initial=StockRotation(), decide=decide, evolve=evolve, events=[StockRotationOpened, StockRotationWithdrawn]
)
