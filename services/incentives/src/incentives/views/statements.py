"""Statements, and what is owed of each, by currency."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from channel_events import DATE, INTEGER, NUMERIC, SEARCH, TEXT, Add, OwnLog, Put, Set, Table, View, search_index, searchable
from channel_events.pure import Change, Recorded

from incentives.domain.ledger.decide import LEDGER
from incentives.domain.ledger.events import (
    AmountWrittenOff,
    PaymentOrdered,
    PayoutConfirmed,
    PayoutFailed,
    StatementAcknowledged,
    StatementDisputed,
    StatementIssued,
    StatementReleased,
    StatementSettled,
)

TABLE = Table(
    "statement",
    key=("statement_id",),
    columns={
        **dict.fromkeys(("statement_id", "payee", "payee_id", "partner_id", "period", "head", "hash"), TEXT),
        **dict.fromkeys(("first", "last", "issued_on", "objections_until", "acknowledged_on", "settled_on"), DATE),
        **dict.fromkeys(("since", "number", "disputes"), INTEGER),
        **SEARCH,
    },
    sums=["disputes"],
    scope="partner_id",
    indexes=[("last", "statement_id"), ("partner_id", "last", "statement_id"), ("payee", "payee_id", "number")],
)
"""``disputes``: of those that are not decided."""
AMOUNT = Table(
    "statement_amount",
    key=("statement_id", "currency"),
    columns={
        **dict.fromkeys(("statement_id", "currency", "partner_id"), TEXT),
        **dict.fromkeys(("carried", "accrued", "reversed", "adjusted", "payable", "ordered", "paid", "written_off"), NUMERIC),
    },
    sums=["ordered", "paid", "written_off"],
    scope="partner_id",
)
"""``ordered`` is on its way, neither confirmed nor failed."""


def changes(event: Recorded) -> Iterator[Change]:
    match event.data:
        case StatementIssued() as e:
            yield from _issued(e)
        case PaymentOrdered() as e:
            yield _amount(e, ordered=e.amount)
        case PayoutConfirmed() as e:
            yield _amount(e, ordered=-e.amount, paid=e.amount)
        case PayoutFailed() as e:
            yield _amount(e, ordered=-e.amount)
        case AmountWrittenOff() as e:
            yield _amount(e, written_off=e.amount)
        case StatementAcknowledged() as e:
            yield Set((e.statement_id,), acknowledged_on=e.occurred_on)
        case StatementDisputed() as e:
            yield Add((e.statement_id,), disputes=1)
        case StatementReleased() as e:
            yield Add((e.statement_id,), disputes=-1)
        case StatementSettled() as e:
            yield Set((e.statement_id,), settled_on=e.occurred_on)


def _issued(e: StatementIssued) -> Iterator[Change]:
    names = ("payee_id", "partner_id", "period", "first", "last", "objections_until", "since", "number", "head", "hash")
    said: dict[str, Any] = {name: getattr(e, name) for name in names}
    said |= {"payee": e.payee.value, "issued_on": e.occurred_on, **searchable(e.statement_id, e.payee_id)}
    yield Put((e.statement_id,), **said)
    for one in e.amounts:
        amounts: dict[str, Any] = {name: getattr(one, name) for name in ("carried", "accrued", "reversed", "adjusted", "payable")}
        yield Put((e.statement_id, one.currency), "statement_amount", partner_id=e.partner_id, **amounts)


def _amount(e: Any, **amounts: Any) -> Add:
    return Add((e.statement_id, e.currency), "statement_amount", **amounts)


STATEMENTS = View("statements", version=1, of=OwnLog(events=LEDGER.events), tables=[TABLE, AMOUNT], changes=changes)
search_index(TABLE)

_c, _a = TABLE.sql.c, AMOUNT.sql.c
STATUS = sa.case(
    (_c.settled_on.is_not(None), "settled"),
    (_c.disputes > 0, "disputed"),
    (_c.acknowledged_on.is_not(None), "acknowledged"),
    else_="issued",
).label("status")
_owed = sa.case((_c.settled_on.is_not(None), sa.literal(0)), else_=_a.payable - _a.ordered - _a.paid - _a.written_off).label("owed")
ROWS = sa.select(TABLE.sql, STATUS)
AMOUNTS = sa.select(AMOUNT.sql, _c.payee, _c.payee_id, _c.period, STATUS, _owed).join(TABLE.sql, _c.statement_id == _a.statement_id)
