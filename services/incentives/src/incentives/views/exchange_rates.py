"""Exchange rates by currencies and day."""

from collections.abc import Iterator, Sequence

import msgspec
import sqlalchemy as sa
from channel_events import DATE, NUMERIC, TEXT, OwnLog, Table, View
from channel_events.pure import Change, Put, Recorded
from sqlalchemy.ext.asyncio import AsyncConnection

from incentives.domain.exchange_rate import EXCHANGE_RATE, ExchangeRateTold
from incentives.domain.facts import Rate

TABLE = Table(
    "exchange_rate",
    key=("base", "quote", "day"),
    columns={"base": TEXT, "quote": TEXT, "day": DATE, "rate": NUMERIC},
    shared=True,
)


def changes(event: Recorded) -> Iterator[Change]:
    if isinstance(event.data, ExchangeRateTold):
        e = event.data
        yield Put((e.base, e.quote, e.occurred_on), rate=e.rate)


EXCHANGE_RATES = View("exchange_rates", version=1, of=OwnLog(events=EXCHANGE_RATE.events), tables=TABLE, changes=changes)


async def rates_of(read: AsyncConnection, currencies: Sequence[str]) -> tuple[Rate, ...]:
    """Between these."""
    c = TABLE.sql.c
    rows = await read.execute(sa.select(c.base, c.quote, c.day.label("on"), c.rate).where(c.base.in_(currencies), c.quote.in_(currencies)))
    return tuple(msgspec.convert(row, Rate, from_attributes=True) for row in rows)
