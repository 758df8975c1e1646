"""From an entry to its postings, their statements and payments, and so back."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from incentives.views.ledgers import ENTRY
from incentives.views.payouts import PAYMENT
from incentives.views.statements import TABLE as STATEMENT

_e, _s, _p = ENTRY.sql.c, STATEMENT.sql.c, PAYMENT.sql.c
ON_STATEMENT = (
    sa.select(_s.statement_id)
    .where(_s.payee == _e.payee, _s.payee_id == _e.payee_id, _s.number > _e.number, _s.last >= _e.period_last)
    .order_by(_s.number)
    .limit(1)
    .scalar_subquery()
)
"""The statement that an entry of earnings is on: the first one behind it that its period is over for."""
_names = [one for one in ENTRY.sql.c if one.key != "statement_id"]
STATEMENT_ID = sa.func.coalesce(_e.statement_id, ON_STATEMENT)
ROWS = sa.select(*_names, STATEMENT_ID.label("statement_id")).select_from(ENTRY.sql)
"""Entries, each with the statement that it is on or about."""


async def postings_of(read: AsyncConnection, entries: Sequence[str]) -> list[Any]:
    """Of what was earned: oldest first."""
    named = _e.entry_id == sa.any_(sa.literal(list(entries), sa.ARRAY(sa.Text)))
    return list((await read.execute(ROWS.where(named, _e.plan_id.is_not(None)).order_by(_e.entry_id, _e.number))).all())


async def payments_for(read: AsyncConnection, statements: Sequence[str]) -> list[Any]:
    named = _p.statement_id == sa.any_(sa.literal(list(statements), sa.ARRAY(sa.Text)))
    return list((await read.execute(sa.select(PAYMENT.sql).where(named).order_by(_p.payout_id))).all())
