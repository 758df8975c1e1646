"""Changes of prices by product, currency and day."""

from collections.abc import Iterator

from channel_events import DATE, NUMERIC, SEARCH, TEXT, OwnLog, Table, View, search_index, searchable
from channel_events.pure import Change, Put, Recorded

from incentives.domain.price_change import PRICE_CHANGE, PriceChanged

TABLE = Table(
    "price_change",
    key=("sku", "currency", "day"),
    columns={"sku": TEXT, "currency": TEXT, "day": DATE, "before": NUMERIC, "after": NUMERIC, **SEARCH},
    shared=True,
)


def changes(event: Recorded) -> Iterator[Change]:
    if isinstance(event.data, PriceChanged):
        e = event.data
        yield Put((e.sku, e.currency, e.occurred_on), before=e.before, after=e.after, **searchable(e.sku))


PRICE_CHANGES = View("price_changes", version=1, of=OwnLog(events=PRICE_CHANGE.events), tables=TABLE, changes=changes)
search_index(TABLE)
