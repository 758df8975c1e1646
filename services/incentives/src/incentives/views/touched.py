"""Whose earnings have to be worked out anew: payees of whose facts more was told than when it was done last.

What is told of facts is counted in the same write as the fact, by what it is about: ``touched_by_...``. Of each payee all those are summed
up that it ever had anything to do with: it may have had a share of an order yesterday, and have none today. So the sums only ever grow,
and whatever changes what a payee earns makes its sum another. Who reads a sum before the facts has at least those that it is by.
"""

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from incentives.domain.ledger.writing import Owner
from incentives.domain.plan.document import Payee
from incentives.views.costs import TOUCHED as BY_COST
from incentives.views.exchange_rates import TABLE as EXCHANGE_RATE
from incentives.views.ledgers import STANDING
from incentives.views.movements import BY_PRODUCT, DEALING, ORDER_OF
from incentives.views.movements import TOUCHED as BY_ORDER
from incentives.views.partner_copy import BY_PLACE, BY_TERRITORY
from incentives.views.payments import TOUCHED as BY_PAYMENT
from incentives.views.payout_shares import TOUCHED as BY_SHARE
from incentives.views.plans import RETIRED
from incentives.views.plans import TABLE as VERSION
from incentives.views.quotas import TOUCHED as BY_QUOTA
from incentives.views.responsibilities import TOUCHED as BY_RESPONSIBILITY
from incentives.views.rulings import TABLE as RULING
from incentives.views.settlement_periods import TABLE as PERIOD
from incentives.views.splits import TOUCHED as BY_SPLIT
from incentives.views.superiors import TOUCHED as BY_SUPERIOR


class Touched(NamedTuple):
    """``seen`` changes were told by now."""

    owner: Owner
    seen: int


_EVER = f"{VERSION.sql.name} v where v.status in ('approved', 'withdrawn')"
"""Plans that paid anything, or might have: what they look at is looked at for good, so that no sum becomes less."""


def _looked_at(*what: str, payee: str = "v.payee") -> str:
    """Whether a plan that pays such payees looks at one of these (`PlanDocument.looks_at`)."""
    like = " or ".join(f"v.looks_at like '% {one} %'" for one in what)
    return f"exists (select from {_EVER} and v.payee = {payee} and ({like}))"


_PARTNERS = f"""
of_order as (
  select order_id, changes from {BY_PAYMENT.sql.name} union all select order_id, changes from {BY_SPLIT.sql.name}
), of_name as (
  select 'sku' as what, sku as name, changes from {BY_PRODUCT.sql.name}
  union all select 'sku', sku, changes from {BY_COST.sql.name} where {_looked_at("cost")}
  union all select 'currency', base, count(*) from {EXCHANGE_RATE.sql.name} where {_looked_at("exchange")} group by base
), of_partner as (
  select partner_id, sum(changes) as changes from (
    select partner_id, changes from {BY_ORDER.sql.name}
    union all select o.partner_id, t.changes from of_order t join {ORDER_OF.sql.name} o using (order_id)
    union all select d.partner_id, t.changes from of_name t join {DEALING.sql.name} d using (what, name)
  ) t group by 1
)"""
"""What was told of orders of each partner: of their products and currencies, too."""
_WHOSE = f"""
area as (
  select payee, payee_id, territory from {BY_RESPONSIBILITY.sql.name} r where {_looked_at("territory", payee="r.payee")}
  union select a.payee, a.payee_id, t.territory from area a join {BY_TERRITORY.sql.name} t on t.parent = a.territory
), whose as (
  select 'partner' as payee, partner_id as payee_id, partner_id from {BY_ORDER.sql.name}
  union select 'sales_rep', name, partner_id from {DEALING.sql.name} where what = 'sales_rep'
  union select s.payee, s.payee_id, o.partner_id from {BY_SPLIT.sql.name} s join {ORDER_OF.sql.name} o using (order_id)
  union select a.payee, a.payee_id, d.partner_id
    from area a join {DEALING.sql.name} d on d.what = 'territory' and d.name = a.territory
)"""
"""Of which partners' orders anything was ever credited to whom, but for those above; and in which territories."""
_OWN = f"""
own as (
  select payee, payee_id, changes from {BY_QUOTA.sql.name} union all select payee, payee_id, count(*) from {RULING.sql.name} group by 1, 2
), direct as (
  select payee, payee_id, sum(changes) as changes from (
    select w.payee, w.payee_id, p.changes from whose w join of_partner p using (partner_id)
    union all select a.payee, a.payee_id, r.changes from area a join {BY_RESPONSIBILITY.sql.name} r using (payee, territory)
    union all select a.payee, a.payee_id, t.changes from area a join {BY_TERRITORY.sql.name} t using (territory)
    union all select w.payee, w.payee_id, o.changes
      from (select payee, payee_id from whose union select payee, payee_id from {BY_QUOTA.sql.name}) w join own o using (payee, payee_id)
  ) t group by 1, 2
)"""
"""What was told of payees themselves. Who is promised something may have sold nothing."""
_ABOVE = f"""
link as (
  select 'partner' as payee, partner_id as payee_id, parent as above, changes from {BY_PLACE.sql.name}
  union all select 'sales_rep', payee_id, above, changes from {BY_SUPERIOR.sql.name}
), way as (
  select payee, payee_id, above from link where above <> '' and {_looked_at("above", "group", payee="link.payee")}
  union select w.payee, w.payee_id, l.above from way w join link l on l.payee = w.payee and l.payee_id = w.above and l.above <> ''
), told as (
  select payee, payee_id, changes from direct
  union all select w.payee, w.above, d.changes from way w join direct d using (payee, payee_id) where w.above <> w.payee_id
  union all select w.payee, w.above, l.changes from way w join link l using (payee, payee_id)
)"""
"""What was told of all that were ever below a payee is told of it, too, and that they were."""
_EVERYBODYS = f"""
everybodys as (
  select k.payee, (select count(*) from {RETIRED.sql.name})
    + (select coalesce(sum(case v.status when 'approved' then 1 else 2 end), 0) from {_EVER} and v.payee = k.payee)
    + case when {_looked_at("guarantee", payee="k.payee")} then (select count(*) from {PERIOD.sql.name} where stage <> 'open') else 0 end
    + (select count(*) from {EXCHANGE_RATE.sql.name} r
        where exists (select from {_EVER} and v.payee = k.payee and v.currency = r.base and v.looks_at like '% exchange %')) as changes
    from (values ('partner'), ('sales_rep')) k (payee)
)"""
"""What concerns all payees of a kind: plans, the rates by which they pay, and that a period ended, after which guarantees are made up."""
_TOLD = f"""
with recursive {_PARTNERS}, {_WHOSE}, {_OWN}, {_ABOVE}, {_EVERYBODYS}, known as (
  select t.payee, t.payee_id, (sum(t.changes) + e.changes)::bigint as seen from told t join everybodys e using (payee)
    where t.payee = any(:kinds) group by t.payee, t.payee_id, e.changes
)"""
_NOW = f"""
{_TOLD}, share as (
  select s.*, sum(s.changes) over (partition by s.payee, s.payee_id) as told from {BY_SHARE.sql.name} s where s.payee = any(:kinds)
), now as (
  select payee, payee_id, sum(seen)::bigint as seen from (
    select payee, payee_id, seen from known
    union all select s.member, s.member_id, s.told + coalesce(k.seen, 0) from share s left join known k using (payee, payee_id)
  ) t group by 1, 2
)"""
"""What was told of who shares is told of all that ever had a share of it."""
_TOUCHED = sa.text(f"""
{_NOW}
select n.payee, n.payee_id, n.seen from now n left join {STANDING.sql.name} l using (payee, payee_id)
  where n.seen <> coalesce(l.seen, 0) order by n.payee, n.payee_id limit :limit
""")
_ALL = sa.text(f"{_TOLD} select payee_id from known")


async def touched(read: AsyncConnection, kinds: Sequence[Payee], limit: int) -> list[Touched]:
    rows = await read.execute(_TOUCHED, {"kinds": [one.value for one in kinds], "limit": limit})
    return [Touched(Owner(Payee(row.payee), row.payee_id), row.seen) for row in rows]


async def payees(read: AsyncConnection, payee: Payee) -> list[str]:
    """All of whose own facts anything was told, in no order."""
    return list(await read.scalars(_ALL, {"kinds": [payee.value]}))
