"""Protection of a price that falls: who holds stock that it bought at the old one is made whole."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated

from channel_events.pure import Decider, Known, Rejected, agree, command, event, tell
from channel_terms import HAPPENED, Code, Currency, HappenedOn, Money, Wrong, happened_on
from msgspec import Meta, Struct

from incentives.domain.plan.commands import By


@event("price_protection_opened")
class PriceProtectionOpened(Struct, frozen=True, kw_only=True):
    """From ``changed_on`` on a unit costs ``after``; before it did ``before``. ``bought_within``: only units bought so many days before
    are protected."""

    protection_id: str
    sku: str
    currency: str
    changed_on: date
    before: Decimal
    after: Decimal
    bought_within: int | None
    by: str
    occurred_on: date


@command("open_price_protection", stream="price_protection/{protection_id}")
class OpenPriceProtection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Once for ever: the same again changes nothing, other facts under its number are refused."""

    protection_id: Annotated[Code, Meta(description="For ever.", examples=["PEN-01-2026-06"])]
    sku: Annotated[Code, Meta(examples=["PEN-01"])]
    currency: Currency
    changed_on: Annotated[date, HAPPENED, Meta(description="The first day of the new price.", examples=["2026-06-01"])]
    before: Annotated[Money, Meta(examples=["3.50"])]
    after: Annotated[Money, Meta(examples=["3.10"])]
    bought_within: Annotated[
        Annotated[int, Meta(ge=1, le=3660, examples=[60])] | None, Meta(description="Days before the change; any when left out.")
    ] = None
    by: By = None
    on: HappenedOn = None

    def __post_init__(self) -> None:
        if self.after >= self.before:
            raise Wrong("after must be below before", "after 须低于 before")


def decide(command: OpenPriceProtection, protection: PriceProtectionOpened | None, known: Known) -> Iterator[PriceProtectionOpened]:
    if protection is None:
        happened_on(command.changed_on, known)
        yield tell(PriceProtectionOpened, command, by=command.by or "", occurred_on=happened_on(command.on, known))
    elif not agree(command, protection, but=frozenset({"by"})):
        raise Rejected("price_protection_exists", protection_id=command.protection_id)


def evolve(_: PriceProtectionOpened | None, event: PriceProtectionOpened) -> PriceProtectionOpened | None:
    return event


PRICE_PROTECTION: Decider[OpenPriceProtection, PriceProtectionOpened | None, PriceProtectionOpened] = Decider(
    "price_protection", initial=None, decide=decide, evolve=evolve, events=[PriceProtectionOpened]
)
