"""What has to add up: each ledger to zero, statements to what ledgers owe; and what metrics has to say, too."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from channel_events import progress_query

from incentives.domain.ledger import Account
from incentives.domain.movements import What
from incentives.views.funds import POSTING
from incentives.views.ledgers import BALANCE, ENTRY, LEDGERS
from incentives.views.movements import TABLE as MOVEMENT
from incentives.views.statements import AMOUNT, STATEMENTS

_OWED = (Account.PAYABLE.value, Account.IN_PAYMENT.value)
_COST = {"earning_accrued": 1, "earning_reversed": 1, "adjustment_posted": 1, "amount_written_off": -1}
"""What entries add to what incentives cost the brand."""


def imbalance() -> sa.Select[Any]:
    """By currency how far ledgers are from zero, that of each payee and of each partner's part of a fund: none makes up for another."""
    b, p = BALANCE.sql.c, POSTING.sql.c
    ledgers = sa.select(b.currency, sa.func.sum(b.amount).label("away")).group_by(b.payee, b.payee_id, b.currency)
    funds = sa.select(p.currency, sa.func.sum(p.amount).label("away")).group_by(p.fund_id, p.partner_id, p.currency)
    each = sa.union_all(ledgers, funds).subquery().c
    return sa.select(each.currency, sa.func.sum(sa.func.abs(each.away))).group_by(each.currency)


def statements_unexplained() -> sa.Select[Any]:
    """By currency how far what statements say is owed or on its way is from what ledgers say; null while the two views are not at the same
    place."""
    b, a = BALANCE.sql.c, AMOUNT.sql.c
    owed = sa.select(b.currency, (-sa.func.sum(b.amount)).label("amount")).where(b.account.in_(_OWED)).group_by(b.currency)
    left = a.payable - a.carried - a.paid - a.written_off
    said = sa.select(a.currency, (-sa.func.sum(left)).label("amount")).group_by(a.currency)
    each = sa.union_all(owed, said).subquery().c
    away = sa.func.abs(sa.func.sum(each.amount))
    return sa.select(each.currency, sa.case((_place(LEDGERS) == _place(STATEMENTS), away))).group_by(each.currency)


def _place(view: Any) -> Any:
    at = progress_query().subquery().c
    return sa.select(sa.func.max(at.position)).where(at.subscription == view.subscription).scalar_subquery()


def gross(last: date) -> sa.Select[Any]:
    """By currency what was placed up to this day, before discounts."""
    c = MOVEMENT.sql.c
    own = sa.select(c.currency, sa.func.sum(c.gross)).where(c.what == What.PLACED.value, c.occurred_on <= last)
    return own.group_by(c.currency)


def incentive_cost(last: date) -> sa.Select[Any]:
    """By currency what incentives cost up to this day."""
    c = ENTRY.sql.c
    sign = sa.case(_COST, value=c.what)
    return sa.select(c.currency, sa.func.sum(sign * c.amount)).where(c.what.in_(_COST), c.occurred_on <= last).group_by(c.currency)
