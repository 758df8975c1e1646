"""Among whom what payees earn is shared, a row for each share."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from channel_events import DATE, INTEGER, SEARCH, TEXT, Add, OwnLog, Table, View, search_index, searchable
from channel_events.pure import Change, Delete, Put, Recorded
from sqlalchemy.ext.asyncio import AsyncConnection

from incentives.domain.ledger.writing import Owner
from incentives.domain.payout_share import PAYOUT_SHARE, PayoutShared
from incentives.domain.sharing import Member, Sharing, in_order
from incentives.domain.words import Payee

_KEY = ("payee", "payee_id", "plan_id", "rule_id", "since", "member", "member_id")
TABLE = Table(
    "payout_share",
    key=_KEY,
    columns={**dict.fromkeys((*_KEY, "share", "partner_id"), TEXT), **dict.fromkeys(("since", "set_on"), DATE), **SEARCH},
    scope="partner_id",
    indexes=[("member", "member_id"), ("partner_id",)],
)
"""``plan_id`` and ``rule_id`` are empty where it is about all; ``partner_id`` is the member, where it is a partner."""
TOUCHED = Table(
    "touched_by_payout_share",
    key=("payee", "payee_id", "member", "member_id"),
    columns={**dict.fromkeys(("payee", "payee_id", "member", "member_id"), TEXT), "changes": INTEGER},
    sums=["changes"],
)
"""How often anything was told of a share that the member has or had of what the payee earns; the payee itself is among them."""


def changes(event: Recorded) -> Iterator[Change]:
    if not isinstance(event.data, PayoutShared):
        return
    e = event.data
    pool = (e.payee.value, e.payee_id)
    before, now = {_named(one) for one in e.previous}, {_named(one): one for one in e.members}
    for member in sorted({pool, *before, *now}):
        yield Add((*pool, *member), "touched_by_payout_share", changes=1)
    key = (*pool, e.plan_id or "", e.rule_id or "", e.since)
    for gone in sorted(before - now.keys()):
        yield Delete((*key, *gone))
    for named, one in now.items():
        about = {"partner_id": one.member.partner_id(one.member_id), **searchable(e.payee_id, one.member_id)}
        yield Put((*key, *named), share=one.share, set_on=e.occurred_on, **about)


def _named(one: Member) -> tuple[str, str]:
    return one.member.value, one.member_id


PAYOUT_SHARES = View("payout_shares", version=1, of=OwnLog(events=PAYOUT_SHARE.events), tables=[TABLE, TOUCHED], changes=changes)
search_index(TABLE)


async def pools_of(read: AsyncConnection, kind: Payee, owner: Owner) -> list[str]:
    """The payees of the kind of whose earnings anybody ever said that the owner has a share."""
    c = TABLE.sql.c
    own = sa.select(c.payee_id).distinct().where(c.payee == kind.value, c.member == owner.payee.value, c.member_id == owner.payee_id)
    return sorted(await read.scalars(own))


async def sharings_of(read: AsyncConnection, kind: Payee, payees: list[str]) -> frozenset[Sharing]:
    """All that is said of what these payees of the kind earn."""
    c = TABLE.sql.c
    rows = await read.execute(
        sa.select(TABLE.sql).where(c.payee == kind.value, c.payee_id == sa.any_(sa.literal(payees, sa.ARRAY(sa.Text))))
    )
    found: dict[tuple[Any, ...], list[Member]] = {}
    for row in rows:
        member = Member(member=Payee(row.member), member_id=row.member_id, share=row.share)
        found.setdefault((row.payee_id, row.plan_id, row.rule_id, row.since), []).append(member)
    return frozenset(
        Sharing(payee=kind, payee_id=payee_id, plan_id=plan_id, rule_id=rule_id, since=since, members=in_order(members))
        for (payee_id, plan_id, rule_id, since), members in found.items()
    )
