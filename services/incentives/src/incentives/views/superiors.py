"""Who is above which sales rep, from which day on."""

from collections.abc import Iterator

from channel_events import DATE, INTEGER, SEARCH, TEXT, Add, OwnLog, Table, View, search_index, searchable
from channel_events.pure import Change, Delete, Put, Recorded

from incentives.domain.superior import SUPERIOR, SuperiorSet, SuperiorWithdrawn

TABLE = Table(
    "superior",
    key=("payee_id", "since"),
    columns={"payee_id": TEXT, "since": DATE, "above": TEXT, "set_on": DATE, **SEARCH},
    indexes=[("above",)],
)

TOUCHED = Table(
    "touched_by_superior",
    key=("payee_id", "above"),
    columns={**dict.fromkeys(("payee_id", "above"), TEXT), "changes": INTEGER},
    sums=["changes"],
)
"""How often it was told that the sales rep is under this one, from whatever day on; ``above`` is "" for under nobody."""


def changes(event: Recorded) -> Iterator[Change]:
    match event.data:
        case SuperiorSet() as e:
            yield Add((e.payee_id, e.above or ""), "touched_by_superior", changes=1)
            yield Put((e.payee_id, e.since), above=e.above, set_on=e.occurred_on, **searchable(e.payee_id, e.above or ""))
        case SuperiorWithdrawn() as e:
            yield Add((e.payee_id, ""), "touched_by_superior", changes=1)
            yield Delete((e.payee_id, e.since))


SUPERIORS = View("superiors", version=1, of=OwnLog(events=SUPERIOR.events), tables=[TABLE, TOUCHED], changes=changes)
search_index(TABLE)
