"""Protection of a price that falls: who holds stock that it bought at the old one is made whole."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, TypeAlias

from channel_events.pure import Decider, Known, Rejected, agree, command, event, tell
from channel_terms import HAPPENED, Code, Currency, HappenedOn, Money, Name, Wrong, happened_on
from msgspec import Meta, Struct
from msgspec.structs import replace

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


@event("price_protection_withdrawn")
class PriceProtectionWithdrawn(Struct, frozen=True, kw_only=True):
    """It was wrong: nothing more is claimed or approved by it. What was approved is owed."""

    protection_id: str
    reason: str
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


@command("withdraw_price_protection", stream="price_protection/{protection_id}")
class WithdrawPriceProtection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """It was wrong: from now on nothing is claimed or approved by it, and it does not come back. What was approved is owed. The same
    again changes nothing."""

    protection_id: Annotated[Code, Meta(examples=["PEN-01-2026-06"])]
    reason: Annotated[Name, Meta(examples=["opened for the wrong quarter"])]
    by: By = None
    on: HappenedOn = None


class PriceProtection(Struct, frozen=True, kw_only=True):
    opened: PriceProtectionOpened | None = None
    withdrawn_on: date | None = None


PriceProtectionCommand: TypeAlias = OpenPriceProtection | WithdrawPriceProtection
PriceProtectionEvent: TypeAlias = PriceProtectionOpened | PriceProtectionWithdrawn


def decide(command: PriceProtectionCommand, protection: PriceProtection, known: Known) -> Iterator[PriceProtectionEvent]:
    c = command
    if isinstance(c, WithdrawPriceProtection):
        if protection.opened is None:
            raise Rejected("price_protection_unknown", protection_id=c.protection_id)
        if protection.withdrawn_on is None:
            yield tell(PriceProtectionWithdrawn, c, by=c.by or "", occurred_on=happened_on(c.on, known))
    elif protection.opened is None:
        happened_on(c.changed_on, known)
        yield tell(PriceProtectionOpened, c, by=c.by or "", occurred_on=happened_on(c.on, known))
    elif not agree(c, protection.opened, but=frozenset({"by"})):
        raise Rejected("price_protection_exists", protection_id=c.protection_id)


def evolve(protection: PriceProtection, event: PriceProtectionEvent) -> PriceProtection:
    if isinstance(event, PriceProtectionWithdrawn):
        return replace(protection, withdrawn_on=event.occurred_on)
    return replace(protection, opened=event)


PRICE_PROTECTION: Decider[PriceProtectionCommand, PriceProtection, PriceProtectionEvent] = Decider(
    "price_protection", initial=PriceProtection(), decide=decide, evolve=evolve, events=[PriceProtectionOpened, PriceProtectionWithdrawn]
)
