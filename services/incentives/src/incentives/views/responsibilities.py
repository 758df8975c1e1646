"""Who is responsible for which territory, and when."""

from collections.abc import Iterator

from channel_events import DATE, INTEGER, NUMERIC, SEARCH, TEXT, Add, OwnLog, Table, View, search_index, searchable
from channel_events.pure import Change, Delete, Put, Recorded

from incentives.domain.responsibility import RESPONSIBILITY, ResponsibilitySet

TABLE = Table(
    "responsibility",
    key=("payee", "territory", "payee_id", "first"),
    columns={
        **dict.fromkeys(("payee", "territory", "payee_id", "counts", "partner_id"), TEXT),
        **dict.fromkeys(("first", "last", "set_on"), DATE),
        "share": NUMERIC,
        **SEARCH,
    },
    scope="partner_id",
    indexes=[("payee_id",), ("partner_id",)],
)
"""``last`` is null without end; ``partner_id`` is the payee, where it is a partner."""

TOUCHED = Table(
    "touched_by_responsibility",
    key=("payee", "territory", "payee_id"),
    columns={**dict.fromkeys(("payee", "territory", "payee_id"), TEXT), "changes": INTEGER},
    sums=["changes"],
)
"""How often something was told of a responsibility that the payee has in the territory, or had."""


def changes(event: Recorded) -> Iterator[Change]:
    if not isinstance(event.data, ResponsibilitySet):
        return
    e = event.data
    key = (e.payee.value, e.territory, e.payee_id, e.first)
    yield Add(key[:3], "touched_by_responsibility", changes=1)
    if not e.share:
        yield Delete(key)
        return
    yield Put(
        key,
        last=e.last,
        share=e.share,
        counts=e.counts.value,
        set_on=e.occurred_on,
        partner_id=e.payee.partner_id(e.payee_id),
        **searchable(e.territory, e.payee_id),
    )


RESPONSIBILITIES = View("responsibilities", version=1, of=OwnLog(events=RESPONSIBILITY.events), tables=[TABLE, TOUCHED], changes=changes)
search_index(TABLE)
