"""Price changes: that a product's price went from one to another on a day; protection of stock held then is about them."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated

from channel_events.pure import Decider, Known, Rejected, agree, command, event, tell
from channel_terms import Code, Currency, Wrong, as_part, planned_on
from msgspec import Meta, Struct

from incentives.domain.words import Least


@event("price_changed")
class PriceChanged(Struct, frozen=True, kw_only=True):
    """A unit's price, ``before`` the day and from it on."""

    sku: str
    currency: str
    before: Decimal
    after: Decimal
    occurred_on: date


@command("change_price", stream="price_change/{sku}/{currency}/{day}")
class ChangePrice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Once for ever: the same again changes nothing, other prices for the same day are refused."""

    sku: Annotated[Code, Meta(examples=["PEN-01"])]
    currency: Currency
    day: Annotated[date, Meta(description="The first with the new price, which may lie ahead.", examples=["2026-06-01"])]
    before: Annotated[Least, Meta(examples=["3.50"])]
    after: Annotated[Least, Meta(examples=["3.20"])]

    def __post_init__(self) -> None:
        if self.before == self.after:
            raise Wrong("a price that stays is no change", "价格未变，不是调价")


def price_change_key(c: ChangePrice) -> str:
    """A slash in a name is no slash between names."""
    return f"{as_part(c.sku)}/{c.currency}/{c.day}"


def decide(command: ChangePrice, changed: PriceChanged | None, known: Known) -> Iterator[PriceChanged]:
    if changed is None:
        yield tell(PriceChanged, command, occurred_on=planned_on(command.day, known))
    elif not agree(command, changed):
        raise Rejected("price_change_exists", sku=command.sku, currency=command.currency, day=command.day)


def evolve(_: PriceChanged | None, event: PriceChanged) -> PriceChanged | None:
    return event


PRICE_CHANGE: Decider[ChangePrice, PriceChanged | None, PriceChanged] = Decider(
    "price_change", initial=None, decide=decide, evolve=evolve, events=[PriceChanged]
)
