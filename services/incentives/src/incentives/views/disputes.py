"""Disputes, and until when each is to be decided."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from channel_events import BOOLEAN, DATE, NUMERIC, SEARCH, TEXT, TIME, OwnLog, Set, Table, View, search_index, searchable
from channel_events.pure import Change, Recorded

from incentives.domain.dispute import DISPUTE, DisputeDecided, DisputeOverdue, DisputeRaised

TABLE = Table(
    "dispute",
    key=("dispute_id",),
    columns={
        **dict.fromkeys(("dispute_id", "payee", "payee_id", "partner_id", "statement_id", "entry_id", "order_id", "line_id"), TEXT),
        **dict.fromkeys(("currency", "reason", "by", "outcome", "answer", "decided_by"), TEXT),
        **dict.fromkeys(("expected", "amount"), NUMERIC),
        **dict.fromkeys(("raised_on", "decide_until", "decided_on"), DATE),
        "overdue": BOOLEAN,
        "due_at": TIME,
        **SEARCH,
    },
    scope="partner_id",
    indexes=[("due_at",), ("partner_id", "dispute_id")],
)
"""``due_at``: when it becomes overdue; null once it is, or is decided."""


def changes(event: Recorded) -> Iterator[Change]:
    match event.data:
        case DisputeRaised() as e:
            due = datetime.combine(e.decide_until + timedelta(days=1), time.min, ZoneInfo(e.zone))
            words = searchable(e.dispute_id, e.payee_id, e.statement_id, e.reason)
            yield TABLE.put(e, payee=e.payee.value, raised_on=e.occurred_on, due_at=due, overdue=False, **words)
        case DisputeOverdue() as e:
            yield Set((e.dispute_id,), overdue=True, due_at=None)
        case DisputeDecided() as e:
            said = {"outcome": e.outcome.value, "answer": e.reason, "decided_by": e.by}
            yield Set((e.dispute_id,), amount=e.amount, decided_on=e.occurred_on, due_at=None, **said)


DISPUTES = View("disputes", version=1, of=OwnLog(events=DISPUTE.events), tables=TABLE, changes=changes)
search_index(TABLE)
