"""The ledgers of all payees: where each stands, its entries, and what their lines count."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from channel_events import DATE, INTEGER, NUMERIC, TEXT, Add, Insert, OwnLog, Set, Table, View
from channel_events.pure import Change, Recorded
from sqlalchemy.ext.asyncio import AsyncConnection

from incentives.domain.exact import exactly
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
    "counted",
    key=("payee", "payee_id", "number"),
    columns={
        **_OWNER,
        "number": INTEGER,
        **dict.fromkeys(("entry_id", "partner_id", "lines"), TEXT),
        "period_last": DATE,
    },
    scope="partner_id",
    indexes=[("entry_id",)],
)
"""What was said of lines: ``lines`` as JSON, each like `_Line`. A row for each of them took more time than to work it out."""
BALANCE = Table(
    "ledger_balance",
    key=("payee", "payee_id", "account", "currency"),
    columns={**_OWNER, **dict.fromkeys(("account", "currency", "partner_id"), TEXT), "amount": NUMERIC},
    sums=["amount"],
    scope="partner_id",
)
_NAMES = ("entry_id", "period", "period_last", "currency", "amount", "statement_id", "occurred_on")


class _Line(NamedTuple):
    fact_id: str
    told_by: str
    order_id: str
    line_id: str
    counted: Decimal


_LINES = msgspec.json.Decoder(list[_Line])


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
        lines = [_Line(one.fact_id, one.event_id, one.order_id, one.line_id, one.counted) for one in e.lines]
        about = {"entry_id": e.entry_id, "period_last": e.period_last, "partner_id": e.partner_id}
        yield Insert((*key, e.number), "counted", **about, lines=msgspec.json.encode(lines).decode())


LEDGERS = View("ledgers", version=2, of=OwnLog(events=LEDGER.events), tables=[STANDING, ENTRY, COUNTED, BALANCE], changes=changes)


def of(table: Table, owner: Owner) -> sa.ColumnElement[bool]:
    return sa.and_(table.sql.c.payee == owner.payee.value, table.sql.c.payee_id == owner.payee_id)


async def number_of(read: AsyncConnection, owner: Owner) -> int:
    """Of the last entry that is here."""
    return (await read.execute(sa.select(STANDING.sql.c.number).where(of(STANDING, owner)))).scalar() or 0


async def counted_of(read: AsyncConnection, owner: Owner, entries: list[str]) -> list[CountedIn]:
    """What was said of the lines of these entries, by period."""
    c = COUNTED.sql.c
    own = sa.select(c.entry_id, c.period_last, c.lines).where(
        of(COUNTED, owner), c.entry_id == sa.any_(sa.literal(entries, sa.ARRAY(sa.Text)))
    )
    found: dict[tuple[str, str, date], CountedIn] = {}
    rows = (await read.execute(own)).all()
    with exactly():
        for entry_id, last, lines in rows:
            for fact_id, told_by, order_id, line_id, counted in _LINES.decode(lines):
                before = found.get(of_fact := (entry_id, fact_id, last))
                sum_ = counted if before is None else before.counted.counted + counted
                found[of_fact] = CountedIn(entry_id, fact_id, last, Counted(told_by, order_id, line_id, sum_))
    return list(found.values())


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
