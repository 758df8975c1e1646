"""Ids that look like others, to look at."""

from collections.abc import Iterator

from channel_events import DATE, SEARCH, TEXT, OwnLog, Table, View, search_index, searchable
from channel_events.pure import Change, Recorded

from channel_service.look_alikes.deciding import LookAlikeFound

TABLE = Table(
    "look_alike",
    key=("kind", "within", "id"),
    columns={**dict.fromkeys(("kind", "within", "id", "others", "event_id"), TEXT), "found_on": DATE, **SEARCH},
)
"""``others``: the ids that looked so before, a line each; no id has a line break in it."""


def changes(event: Recorded) -> Iterator[Change]:
    match event.data:
        case LookAlikeFound() as e:
            yield TABLE.put(
                e, others="\n".join(e.others), event_id=event.id, found_on=e.occurred_on, **searchable(" ".join(e.others), e.id)
            )


LOOK_ALIKES = View("look_alikes", version=1, of=OwnLog(events=[LookAlikeFound]), tables=TABLE, changes=changes)
search_index(TABLE)
