"""Exchange rates, each told once for a day: what was paid at one is never paid at another."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated

from channel_events.pure import Decider, Known, Rejected, command, event, tell
from channel_terms import HAPPENED, Currency, Money, Wrong, happened_on
from msgspec import Meta, Struct


@event("exchange_rate_told")
class ExchangeRateTold(Struct, frozen=True, kw_only=True):
    """From the day on, until that of a later one, one ``base`` is ``rate`` of ``quote``."""

    base: str
    quote: str
    rate: Decimal
    occurred_on: date


@command("tell_exchange_rate", stream="exchange_rate/{base}/{quote}/{day}")
class TellExchangeRate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Once for ever: the same again changes nothing, another rate for the same day is refused."""

    base: Annotated[Currency, Meta(examples=["USD"])]
    quote: Annotated[Currency, Meta(examples=["CNY"])]
    day: Annotated[date, HAPPENED, Meta(description="The first on which it holds.", examples=["2026-01-05"])]
    rate: Annotated[Money, Meta(description="So much of the quote is one of the base; more than 0.", examples=["7.1234"])]

    def __post_init__(self) -> None:
        if self.base == self.quote or not self.rate:
            raise Wrong("a rate is more than 0, of two currencies", "汇率应大于 0，且为两种不同货币")


def rate_key(c: TellExchangeRate) -> str:
    return f"{c.base}/{c.quote}/{c.day}"


def decide(command: TellExchangeRate, told: ExchangeRateTold | None, known: Known) -> Iterator[ExchangeRateTold]:
    if told is None:
        yield tell(ExchangeRateTold, command, occurred_on=happened_on(command.day, known))
    elif told.rate != command.rate:
        raise Rejected("exchange_rate_exists", base=command.base, quote=command.quote, day=command.day, rate=told.rate)


def evolve(_: ExchangeRateTold | None, event: ExchangeRateTold) -> ExchangeRateTold | None:
    return event


EXCHANGE_RATE: Decider[TellExchangeRate, ExchangeRateTold | None, ExchangeRateTold] = Decider(
    "exchange_rate", initial=None, decide=decide, evolve=evolve, events=[ExchangeRateTold]
)
