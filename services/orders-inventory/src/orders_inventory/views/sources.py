"""The sources that push to us, as they are set up now."""

from collections.abc import Iterator

from channel_events import BOOLEAN, DATE, SEARCH, TEXT, OwnLog, Table, View, search_index, searchable
from channel_events.pure import Change, Recorded, Set

from orders_inventory.domain.source import SourceDefined, SourceSecretRotated

TABLE = Table(
    "source",
    key=("source",),
    columns={
        "source": TEXT,
        "platform": TEXT,
        "partner_id": TEXT,
        "channel_type": TEXT,
        "warehouse": TEXT,
        "zone": TEXT,
        "active": BOOLEAN,
        "defined_on": DATE,
        "secret_id": TEXT,
        **SEARCH,
    },
)


def changes(event: Recorded) -> Iterator[Change]:
    match event.data:
        case SourceDefined() as e:
            yield Set(
                (e.source,),
                platform=e.platform,
                partner_id=e.settings.partner_id,
                channel_type=e.settings.channel_type,
                warehouse=e.settings.warehouse,
                zone=e.settings.zone,
                active=e.settings.active,
                defined_on=e.occurred_on,
                **searchable(e.source, e.settings.partner_id or ""),
            )
        case SourceSecretRotated() as e:
            yield Set((e.source,), secret_id=e.secret_id)


SOURCES = View("sources", version=1, of=OwnLog(events=[SourceDefined, SourceSecretRotated]), tables=TABLE, changes=changes)
search_index(TABLE)
