"""The ledgers of all payees: where each stands, its entries, and what their lines count."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import sqlalchemy as sa
from channel_events import DATE, INTEGER, NUMERIC, TEXT, Add, Insert, OwnLog, Set, Table, View
from channel_events.pure import Change, Recorded
from sqlalchemy.ext.asyncio import AsyncConnection

from incentives.domain.ledger.decide import LEDGER
from incentives.domain.ledger.differences import CountedIn
from incentives.domain.ledger.events import (
    EarningAccrued,
    EarningReversed,
    EarningsWorkedOut,
    LedgerEntry,
    LinesCounted,
    StatementIssued,
)
from incentives.domain.ledger.said import Counted
from incentives.domain.ledger.writing import Owner
from incentives.domain.plan.document import Payee

_OWNER = {"payee": TEXT, "payee_id": TEXT}
STANDING = Table(
    "ledger",
    key=("payee", "payee_id"),
    columns={**_OWNER, **dict.fromkeys(("number", "seen"), INTEGER), "stated": DATE, "partner_id": TEXT},
    scope="partner_id",
)
"""``number`` of the last entry, ``seen`` by which facts it was worked out last, ``stated`` the end of the last period with a statement."""
ENTRY = Table(
    "ledger_entry",
    key=("payee", "payee_id", "number"),
    columns={
        **_OWNER,
        "number": INTEGER,
        **dict.fromkeys(("what", "entry_id", "plan_id", "rule_id", "period", "currency", "statement_id", "event_id", "partner_id"), TEXT),
        "version": INTEGER,
        "amount": NUMERIC,
        **dict.fromkeys(("occurred_on", "period_last"), DATE),
    },
    scope="partner_id",
    indexes=[("entry_id",), ("partner_id",), ("statement_id",)],
)
COUNTED = Table(
    "counted_line",
    key=("payee", "payee_id", "number", "fact_id"),
    columns={
        **_OWNER,
        "number": INTEGER,
        **dict.fromkeys(("fact_id", "entry_id", "told_by", "order_id", "line_id", "partner_id"), TEXT),
        "counted": NUMERIC,
        "period_last": DATE,
    },
    scope="partner_id",
    indexes=[("entry_id",), ("order_id", "line_id")],
)
BALANCE = Table(
    "ledger_balance",
    key=("payee", "payee_id", "account", "currency"),
    columns={**_OWNER, **dict.fromkeys(("account", "currency", "partner_id"), TEXT), "amount": NUMERIC},
    sums=["amount"],
    scope="partner_id",
)
_NAMES = ("entry_id", "period", "period_last", "currency", "amount", "statement_id", "occurred_on")


def changes(event: Recorded) -> Iterator[Change]:
    e: Any = event.data
    if isinstance(e, EarningsWorkedOut):
        yield Set((e.payee, e.payee_id), seen=e.seen)
    if not isinstance(e, LedgerEntry):
        return
    key = (e.payee.value, e.payee_id)
    stated: dict[str, Any] = {"stated": e.last} if isinstance(e, StatementIssued) else {}
    yield Set(key, number=e.number, partner_id=e.partner_id, **stated)
    said = {name: getattr(e, name) for name in _NAMES if name in e.__struct_fields__}
    if isinstance(e, EarningAccrued | EarningReversed):
        said |= {name: getattr(e.entry, name) for name in ("entry_id", "plan_id", "rule_id", "version")}
    yield Insert((*key, e.number), "ledger_entry", what=event.type, event_id=event.id, partner_id=e.partner_id, **said)
    for posting in e.postings:
        balance = (*key, posting.account.value, posting.currency)
        yield Add(balance, "ledger_balance", amount=posting.amount)
        yield Set(balance, "ledger_balance", partner_id=e.partner_id)
    if isinstance(e, LinesCounted):
        for one in e.lines:
            of = {"order_id": one.order_id, "line_id": one.line_id, "told_by": one.event_id, "counted": one.counted}
            of |= {"entry_id": e.entry_id, "period_last": e.period_last, "partner_id": e.partner_id}
            yield Insert((*key, e.number, one.fact_id), "counted_line", **of)


LEDGERS = View("ledgers", version=1, of=OwnLog(events=LEDGER.events), tables=[STANDING, ENTRY, COUNTED, BALANCE], changes=changes)


def of(table: Table, owner: Owner) -> sa.ColumnElement[bool]:
    return sa.and_(table.sql.c.payee == owner.payee.value, table.sql.c.payee_id == owner.payee_id)


async def number_of(read: AsyncConnection, owner: Owner) -> int:
    """Of the last entry that is here."""
    return (await read.execute(sa.select(STANDING.sql.c.number).where(of(STANDING, owner)))).scalar() or 0


async def counted_of(read: AsyncConnection, owner: Owner, entries: list[str]) -> list[CountedIn]:
    """What was said of the lines of these entries, by period."""
    c = COUNTED.sql.c
    columns = (c.entry_id, c.fact_id, c.told_by, c.order_id, c.line_id, c.period_last)
    rows = await read.execute(
        sa.select(*columns, sa.func.sum(c.counted).label("counted"))
        .where(of(COUNTED, owner), c.entry_id == sa.any_(sa.literal(entries, sa.ARRAY(sa.Text))))
        .group_by(*columns)
    )
    return [
        CountedIn(row.entry_id, row.fact_id, row.period_last, Counted(row.told_by, row.order_id, row.line_id, row.counted)) for row in rows
    ]


async def last_posting(read: AsyncConnection, owner: Owner, entry_id: str) -> str | None:
    """The event that told of an entry last."""
    c = ENTRY.sql.c
    own = sa.select(c.event_id).where(of(ENTRY, owner), c.entry_id == entry_id, c.plan_id.is_not(None)).order_by(c.number.desc()).limit(1)
    return (await read.execute(own)).scalar()


async def without_statement(read: AsyncConnection, last: date) -> list[Owner]:
    """Whose ledgers have no statement of the period that ends on ``last``, or of a later one."""
    c = STANDING.sql.c
    own = sa.select(c.payee, c.payee_id).where(sa.or_(c.stated.is_(None), c.stated < last)).order_by(c.payee, c.payee_id)
    return [Owner(Payee(row.payee), row.payee_id) for row in await read.execute(own)]
