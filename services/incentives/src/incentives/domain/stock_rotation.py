"""Stock rotation: of what a partner bought in a time it may give back a share, for other goods."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated

from channel_events.pure import Decider, Known, Rejected, agree, command, event, tell
from channel_terms import PLANNED, Code, Currency, HappenedOn, happened_on, planned_on
from msgspec import Meta, Struct

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


def decide(command: OpenStockRotation, rotation: StockRotationOpened | None, known: Known) -> Iterator[StockRotationOpened]:
    if rotation is None:
        for day in (command.bought_until, command.last):
            planned_on(day, known)
        in_order(command.bought_from, command.bought_until)
        in_order(command.first, command.last)
        yield tell(StockRotationOpened, command, by=command.by or "", occurred_on=happened_on(command.on, known))
    elif not agree(command, rotation, but=frozenset({"by"})):
        raise Rejected("stock_rotation_exists", rotation_id=command.rotation_id)


def evolve(_: StockRotationOpened | None, event: StockRotationOpened) -> StockRotationOpened | None:
    return event


STOCK_ROTATION: Decider[OpenStockRotation, StockRotationOpened | None, StockRotationOpened] = Decider(
    "stock_rotation", initial=None, decide=decide, evolve=evolve, events=[StockRotationOpened]
)
