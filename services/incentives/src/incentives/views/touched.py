"""Whose earnings have to be worked out anew: payees of whose facts more was told than when it was done last.

A change is counted in the same write as the fact, so the number that is read with the facts says by which of them somebody worked.
Facts that change with other partners than the payee's own need them named in `_WHOSE`.
"""

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from incentives.domain.ledger.writing import Owner
from incentives.domain.plan.document import Payee
from incentives.views.ledgers import STANDING
from incentives.views.movements import DEALING, ORDER_OF
from incentives.views.movements import TOUCHED as BY_ORDER
from incentives.views.payments import TOUCHED as BY_PAYMENT
from incentives.views.plans import RETIRED
from incentives.views.plans import TABLE as VERSION
from incentives.views.quotas import TOUCHED as BY_QUOTA
from incentives.views.rulings import TABLE as RULING


class Touched(NamedTuple):
    """``seen`` changes were told by now."""

    owner: Owner
    seen: int


_WHOSE = f"""
  select 'partner' as payee, partner_id as payee_id, partner_id from {BY_ORDER.sql.name} where partner_id <> ''
  union all
  select 'sales_rep', sales_rep, partner_id from {DEALING.sql.name}
"""
_SEEN = f"""
with paid as (
  select o.partner_id, sum(t.changes) as changes from {BY_PAYMENT.sql.name} t join {ORDER_OF.sql.name} o using (order_id) group by 1
), of_partner as (
  select b.partner_id, b.changes + coalesce(p.changes, 0) as changes from {BY_ORDER.sql.name} b left join paid p using (partner_id)
), of_payee as (
  select payee, payee_id, sum(changes) as changes from ({_WHOSE}) w join of_partner using (partner_id) group by 1, 2
), own as (
  select payee_id, sum(changes) as changes from (
    select payee_id, changes from {BY_QUOTA.sql.name} union all select payee_id, count(*) from {RULING.sql.name} group by 1
  ) q group by 1
), everybodys as (
  select coalesce((select changes from {BY_ORDER.sql.name} where partner_id = ''), 0)
       + (select count(*) from {VERSION.sql.name} where status = 'approved') + (select count(*) from {RETIRED.sql.name}) as changes
), told as (
  select p.payee, p.payee_id, (p.changes + coalesce(own.changes, 0) + everybodys.changes)::bigint as seen
    from of_payee p cross join everybodys left join own using (payee_id)
)
select t.payee, t.payee_id, t.seen from told t left join {STANDING.sql.name} l using (payee, payee_id)
"""
_TOUCHED = sa.text(f"{_SEEN} where t.payee = any(:kinds) and t.seen <> coalesce(l.seen, 0) order by t.payee, t.payee_id limit :limit")
_ONE = sa.text(f"{_SEEN} where t.payee = :payee and t.payee_id = :payee_id")


async def touched(read: AsyncConnection, kinds: Sequence[Payee], limit: int) -> list[Touched]:
    rows = await read.execute(_TOUCHED, {"kinds": [one.value for one in kinds], "limit": limit})
    return [Touched(Owner(Payee(row.payee), row.payee_id), row.seen) for row in rows]


async def seen_of(read: AsyncConnection, owner: Owner) -> int:
    """How many changes were told of the payee's facts; 0 for one of whom nothing was."""
    row = (await read.execute(_ONE, {"payee": owner.payee.value, "payee_id": owner.payee_id})).first()
    return 0 if row is None else int(row.seen)
