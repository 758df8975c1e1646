"""Who is above which sales rep, from which day on."""

from collections.abc import Iterator

from channel_events import DATE, SEARCH, TEXT, OwnLog, Table, View, search_index, searchable
from channel_events.pure import Change, Delete, Put, Recorded

from incentives.domain.superior import SUPERIOR, SuperiorSet, SuperiorWithdrawn

TABLE = Table(
    "superior",
    key=("payee_id", "since"),
    columns={"payee_id": TEXT, "since": DATE, "above": TEXT, "set_on": DATE, **SEARCH},
    indexes=[("above",)],
)


def changes(event: Recorded) -> Iterator[Change]:
    match event.data:
        case SuperiorSet() as e:
            yield Put((e.payee_id, e.since), above=e.above, set_on=e.occurred_on, **searchable(e.payee_id, e.above or ""))
        case SuperiorWithdrawn() as e:
            yield Delete((e.payee_id, e.since))


SUPERIORS = View("superiors", version=1, of=OwnLog(events=SUPERIOR.events), tables=TABLE, changes=changes)
search_index(TABLE)
