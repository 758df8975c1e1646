"""Whose earnings have to be worked out anew: payees of whose facts more was told than when it was done last.

A change is counted in the same write as the fact, so the number that is read with the facts says by which of them somebody worked.
Facts that change with other partners than the payee's own need them named in `_WHOSE`; what is given to all is summed up in a
number that is another when it says something else.
"""

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa
from channel_events import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from incentives.domain.ledger.writing import Owner
from incentives.domain.plan.document import Payee
from incentives.views.costs import TABLE as COST
from incentives.views.exchange_rates import TABLE as EXCHANGE_RATE
from incentives.views.ledgers import STANDING
from incentives.views.movements import DEALING, ORDER_OF, SOLD_IN
from incentives.views.movements import TOUCHED as BY_ORDER
from incentives.views.partner_copy import PARTNERS, TERRITORY
from incentives.views.payments import TOUCHED as BY_PAYMENT
from incentives.views.plans import RETIRED
from incentives.views.plans import TABLE as VERSION
from incentives.views.quotas import TOUCHED as BY_QUOTA
from incentives.views.responsibilities import TABLE as RESPONSIBILITY
from incentives.views.rulings import TABLE as RULING
from incentives.views.settlement_periods import TABLE as PERIOD
from incentives.views.splits import TABLE as SPLIT
from incentives.views.superiors import TABLE as SUPERIOR


class Touched(NamedTuple):
    """``seen`` changes were told by now."""

    owner: Owner
    seen: int


def _looked_at(*what: str) -> str:
    """Whether any plan that was approved looks at one of these."""
    like = " or ".join(f"looks_at like '% {one} %'" for one in what)
    return f"exists (select from {VERSION.sql.name} where status = 'approved' and ({like}))"


def _said(table: Table) -> str:
    """A number that changes with what a small table says. None of its rows is a payee's own: all payees look at it."""
    return f"coalesce((select sum(hashtextextended(t::text, 0) >> 24) from {table.sql.name} t), 0)"


_GIVEN = (
    (("territory",), RESPONSIBILITY),
    (("territory",), TERRITORY),
    (("above", "group"), SUPERIOR),
    (("above", "group"), PARTNERS.place),
    (("exchange",), EXCHANGE_RATE),
    (("cost",), COST),
)
"""What is given to all payees, where a plan looks at it: what changes there is worked out for everybody anew."""
_EVERYBODYS = " + ".join(f"case when {_looked_at(*what)} then {_said(table)} else 0 end" for what, table in _GIVEN)
_ENDED = f"""case when {_looked_at("guarantee")} then (select count(*) from {PERIOD.sql.name} where stage <> 'open') else 0 end"""
"""A guarantee is made up when a window is over, whether anything happened or not."""

_WHOSE = f"""
  select 'partner' as payee, partner_id as payee_id, partner_id from {BY_ORDER.sql.name} where partner_id <> ''
  union
  select 'sales_rep', sales_rep, partner_id from {DEALING.sql.name}
  union
  select s.payee, s.payee_id, o.partner_id from {SPLIT.sql.name} s join {ORDER_OF.sql.name} o using (order_id)
  union
  select r.payee, r.payee_id, i.partner_id from {RESPONSIBILITY.sql.name} r join area a on a.outer_one = r.territory
    join {SOLD_IN.sql.name} i on i.territory = a.inner_one
"""
"""Of which partners' orders something is credited to whom, but for those above."""
_SEEN = f"""
with recursive area as (
  select territory as outer_one, territory as inner_one from {RESPONSIBILITY.sql.name} where {_looked_at("territory")}
  union select a.outer_one, t.territory from area a join {TERRITORY.sql.name} t on t.parent = a.inner_one
), link as (
  select 'partner' as payee, partner_id as payee_id, parent as above from {PARTNERS.place.sql.name} where parent is not null
  union select 'sales_rep', payee_id, above from {SUPERIOR.sql.name} where above is not null
), way as (
  select payee, payee_id, above from link where {_looked_at("above", "group")}
  union select w.payee, w.payee_id, l.above from way w join link l on (l.payee, l.payee_id) = (w.payee, w.above)
), direct as ({_WHOSE}), whose as (
  select payee, payee_id, partner_id from direct
  union select w.payee, w.above, d.partner_id from way w join direct d using (payee, payee_id)
), paid as (
  select o.partner_id, sum(t.changes) as changes from {BY_PAYMENT.sql.name} t join {ORDER_OF.sql.name} o using (order_id) group by 1
), split as (
  select o.partner_id, sum(hashtextextended(s::text, 0) >> 24) as changes
    from {SPLIT.sql.name} s join {ORDER_OF.sql.name} o using (order_id) group by 1
), of_partner as (
  select b.partner_id, b.changes + coalesce(p.changes, 0) + coalesce(s.changes, 0) as changes
    from {BY_ORDER.sql.name} b left join paid p using (partner_id) left join split s using (partner_id)
), of_payee as (
  select payee, payee_id, sum(changes) as changes from whose join of_partner using (partner_id) group by 1, 2
), own as (
  select payee_id, sum(changes) as changes from (
    select payee_id, changes from {BY_QUOTA.sql.name} union all select payee_id, count(*) from {RULING.sql.name} group by 1
  ) q group by 1
), everybodys as (
  select coalesce((select changes from {BY_ORDER.sql.name} where partner_id = ''), 0)
       + (select count(*) from {VERSION.sql.name} where status = 'approved') + (select count(*) from {RETIRED.sql.name})
       + {_EVERYBODYS} + {_ENDED} as changes
), promised as (
  select case when p.partner_id is null then 'sales_rep' else 'partner' end as payee, payee_id
    from own left join {PARTNERS.partner.sql.name} p on p.partner_id = own.payee_id where {_looked_at("guarantee")}
), anybody as (
  select payee, payee_id from of_payee union select payee, payee_id from promised union select payee, payee_id from {STANDING.sql.name}
), told as (
  select a.payee, a.payee_id, (coalesce(p.changes, 0) + coalesce(own.changes, 0) + everybodys.changes)::bigint as seen
    from anybody a cross join everybodys left join of_payee p using (payee, payee_id) left join own using (payee_id)
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


_ALL = sa.text(f"select distinct payee_id from ({_SEEN}) s where payee = :payee order by payee_id")


async def payees(read: AsyncConnection, payee: Payee) -> list[str]:
    """All of whose facts anything was told."""
    return list(await read.scalars(_ALL, {"payee": payee.value}))
