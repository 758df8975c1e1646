"""Who is worked out anew: whoever a change is about, found by a query, and nobody else."""

from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from channel_service.partners import PartnerApplied, PartnerMoved
from channel_service.testing import Running, fold
from incentives.application.facts import _credited, told_of
from incentives.contracts import orders_inventory as told
from incentives.contracts.partner_registry import TerritoryDefined
from incentives.domain.credits import CreditTo
from incentives.domain.plan.document import Payee
from incentives.views.movements import MOVEMENTS, TABLE
from incentives.views.partner_copy import PARTNERS
from incentives.views.touched import payees, touched

from .plans import document, go, plan, rule
from .settling import until
from .test_credits_over_http import FLAT, NEW_YEAR, put, seen
from .test_earnings_over_http import ORDERS, happened, in_log

Sums = dict[str, int]


class Watched:
    """A service over a history, of which it is told who is touched since the last look."""

    def __init__(self, client: Running) -> None:
        self.client = client.as_("finance")
        self._events: dict[Any, list[Any]] = {MOVEMENTS: [], PARTNERS: []}
        self._before: Sums = {}

    async def arrive(self, view: Any, *events: Any) -> set[str]:
        """Events of other services, behind those before them."""
        before = self._events[view]
        before.extend(events)
        await fold(self.client.runtime.settings.database_url, view, in_log(*before)[len(before) - len(events) :])
        return await self.touched()

    async def put(self, path: str, shown: str, **body: Any) -> set[str]:
        await seen(self.client, shown, await put(self.client, path, **body))
        return await self.touched()

    async def touched(self) -> set[str]:
        async with self.client.runtime.reading_everything() as read:
            now = {one.owner.payee_id: one.seen for one in await touched(read, list(Payee), 1000)}
        found = {name for name, sum_ in now.items() if sum_ != self._before.get(name)}
        assert all(sum_ >= self._before.get(name, 0) for name, sum_ in now.items())
        self._before = now
        return found


def order(name: str, partner: str, rep: str, territory: str, **more: Any) -> Any:
    return happened(told.OrderPlaced, name, "2026-02-01", 1, partner_id=partner, sales_rep=rep, territory=territory, **more)


def ink() -> Any:
    return (told.Line("1", "INK", 1, Decimal(10), Decimal(0)),)


async def approved(watched: Watched, plan: dict[str, Any], plan_id: str) -> None:
    await go(watched.client, plan, plan_id)
    await until(watched.client, "/v1/plans", lambda found: plan_id in {one["plan_id"] for one in found}, status="approved")
    await watched.touched()


async def test_whoever_a_change_is_about_is_touched_and_nobody_else(whole: Running) -> None:
    watched = Watched(whole)
    places = [
        PartnerApplied(name, name, "store", "CN-E", NEW_YEAR, parent=above)
        for name, above in (("p-1", "p-0"), ("p-2", None), ("p-3", None))
    ]
    areas = [TerritoryDefined(territory=name, parent="CN") for name in ("CN-E", "CN-W")]
    await watched.arrive(PARTNERS, *areas, PartnerApplied("p-0", "p-0", "distributor", "CN", NEW_YEAR), *places)
    sold = [
        order("a", "p-1", "ann", "CN-E"),
        order("b", "p-2", "bob", "CN-W"),
        order("c", "p-3", "eve", "CN-E", currency="USD", lines=ink()),
    ]
    assert await watched.arrive(MOVEMENTS, *sold) == {"p-1", "p-2", "p-3", "ann", "bob", "eve"}  # p-0 only when a plan looks at it
    above = rule({"override": {"rates": ["0.1"]}}, credit="above", moment="ordered")
    margin = rule(FLAT, rule_id="margin", moment="ordered", base="margin")
    await approved(watched, document(above, margin, foreign="exchanged"), "partners")
    territory = rule(FLAT, rule_id="territory", credit="territory", moment="ordered")
    await approved(watched, document(territory, payee="sales_rep"), "reps")

    # What happens to an order is of its partner, of the reps who sell to it, and of those above.
    assert await watched.arrive(MOVEMENTS, order("d", "p-1", "ann", "CN-E")) == {"p-1", "ann", "p-0"}
    # A share: who has it now, who had it, and who sold the order. The order stays theirs: what happens to it is told of them.
    assert await watched.put("splits/partner/b", "splits", shares=[{"payee_id": "p-9", "share": "1"}]) == {"p-9", "p-2", "bob"}
    assert await watched.put("splits/partner/b", "splits", shares=[]) == {"p-9", "p-2", "bob"}
    assert await watched.arrive(MOVEMENTS, order("e", "p-2", "bob", "CN-W")) == {"p-9", "p-2", "bob"}
    # A territory: who is or was responsible for it or for what contains it.
    assert await watched.put("responsibilities/sales_rep/CN/cid", "responsibilities", first="2026-01-01") == {"cid"}
    assert await watched.put("responsibilities/sales_rep/CN-W/zoe", "responsibilities", first="2026-01-01") == {"cid", "zoe"}
    assert await watched.put("responsibilities/sales_rep/CN-W/zoe", "responsibilities", first="2026-01-01", share="0") == {"cid", "zoe"}
    assert await watched.arrive(MOVEMENTS, order("f", "p-3", "eve", "CN-E", currency="USD", lines=ink())) == {"p-3", "eve", "cid"}
    assert await watched.arrive(PARTNERS, TerritoryDefined(territory="CN-W", parent="X")) == {"cid", "zoe"}
    # A superior: the old one, the new one, and whoever is above them. The reps' plan does not look at it.
    assert await watched.arrive(PARTNERS, PartnerMoved("p-1", "CN-E", NEW_YEAR, parent="p-2")) == {"p-0", "p-2"}
    assert await watched.put("superiors/ann", "superiors", above="bob", since="2026-01-01") == set()
    # A cost: whose orders are of the product. A rate: whose orders are in the currency. And those above them.
    assert await watched.put("costs/INK/USD", "costs", since="2026-01-01", unit_cost="1") == {"p-3", "eve", "cid"}
    assert await watched.put("exchange-rates/USD/CNY/2026-01-01", "exchange-rates", rate="7") == {"p-3", "eve", "cid"}
    assert await watched.put("costs/NIB/CNY", "costs", since="2026-01-01", unit_cost="1") == set()
    # What is promised to somebody below may be what those above are paid by.
    quota = {"first": "2026-02-01", "last": "2026-02-28", "amount": "5"}
    assert await watched.put("quotas/partner/p-1/sales", "quotas", **quota) == {"p-1", "p-0", "p-2"}
    # No calculation looks at who reads a plan.
    assert await watched.put("plans/partners/assignments/partner/p-1", "assignments") == set()


async def test_whoever_has_or_had_a_share_of_what_is_paid_is_touched_with_who_shares(whole: Running) -> None:
    watched = Watched(whole)
    await watched.arrive(PARTNERS, PartnerApplied("p-1", "p-1", "store", "CN-E", NEW_YEAR, parent="p-0"))
    await watched.arrive(MOVEMENTS, order("a", "p-1", "ann", "CN-E"), order("b", "p-2", "bob", "CN-W"))
    above = rule({"override": {"rates": ["0.1"]}}, credit="above", moment="ordered")
    await approved(watched, document(above, foreign="exchanged"), "partners")

    async def share(pool: str, *members: str, since: str = "2026-01-01") -> set[str]:
        kinds = {name: "partner" if name.startswith("p-") else "sales_rep" for name in members}
        said = [{"member": kind, "member_id": name, "share": f"1/{len(members)}"} for name, kind in kinds.items()]
        return await watched.put(f"payout-shares/partner/{pool}", "payout-shares", since=since, members=said)

    # Who shares, and who has or had a share.
    assert await share("p-1", "eve", "p-9") == {"p-1", "eve", "p-9"}
    assert await share("p-1", "p-9", "zoe") == {"p-1", "eve", "p-9", "zoe"}
    assert await share("p-1", since="2026-01-01") == {"p-1", "eve", "p-9", "zoe"}
    # What happens to who shares is told of all of them; what is told of others, of none.
    assert await watched.arrive(MOVEMENTS, order("c", "p-1", "ann", "CN-E")) == {"p-1", "p-0", "ann", "eve", "p-9", "zoe"}
    assert await watched.arrive(MOVEMENTS, order("d", "p-2", "bob", "CN-W")) == {"p-2", "bob"}
    quota = {"first": "2026-02-01", "last": "2026-02-28", "amount": "5"}
    assert await watched.put("quotas/partner/p-1/sales", "quotas", **quota) == {"p-1", "p-0", "eve", "p-9", "zoe"}
    # Of who is above: through those below it, too. What a member gets is not shared once more.
    assert await share("p-0", "tom") == {"p-0", "tom"}
    assert await share("p-9", "kim") == {"p-9", "kim"}
    assert await watched.arrive(MOVEMENTS, order("e", "p-1", "ann", "CN-E")) == {"p-1", "p-0", "ann", "eve", "p-9", "zoe", "tom"}
    await approved(watched, document(rule(FLAT, moment="ordered")), "more")
    async with watched.client.runtime.reading_everything() as read:
        partners = {one.owner.payee_id for one in await touched(read, [Payee.PARTNER], 1000)}
        assert {"p-1", "p-9", "eve", "zoe", "tom"} <= partners
        assert "ann" not in partners  # no plan pays it, and nobody shares with it
        assert "eve" not in await payees(read, Payee.SALES_REP)  # of its own facts nothing is told


async def test_a_version_that_is_withdrawn_and_another_approved_between_two_looks_are_both_seen(whole: Running) -> None:
    watched = Watched(whole)
    await watched.arrive(MOVEMENTS, order("a", "p-1", "ann", "CN-E"))
    await approved(watched, document(rule(FLAT), valid_from="2040-01-01"), "first")
    boss = watched.client.as_("finance", subject="eve")
    withdrawn = await boss.post("/v1/plans/first/withdraw", json={"version": 1})
    assert withdrawn.status_code == 200, withdrawn.text
    await go(watched.client, document(rule(FLAT)), "second")
    await until(watched.client, "/v1/plans", lambda found: "second" in {one["plan_id"] for one in found}, status="approved")
    assert await watched.touched() == {"p-1"}


@pytest.mark.parametrize("payee", Payee)
async def test_the_facts_of_a_payee_are_found_by_indexes(payee: Payee, client: Running) -> None:
    of = sa.select(TABLE.sql).where(_credited(payee, ["p-1"], set(CreditTo)))
    async with client.runtime.reading_everything() as read:
        await read.execute(sa.text("set local enable_seqscan = off"))  # the table is small here, and would be read whole
        asked = of.compile(dialect=read.dialect, compile_kwargs={"literal_binds": True})
        plan = [str(line) for line in await read.scalars(sa.text(f"explain {asked}".replace(":", r"\:")))]
    assert not [line for line in plan if "Seq Scan on" in line and TABLE.sql.name in line], plan


@pytest.mark.parametrize(
    ("when", "read"),
    [
        ("", True),
        ("channel_type == 'store' && sku == 'PEN'", True),
        ("channel_type == 'dealer'", False),
        ("channel_type == 'store' && category == 'Inks'", True),
        ("channel_type == 'store' && category == 'Bikes'", False),
        ("channel_type == 'dealer' && units > 1", True),
    ],
)
async def test_lines_that_no_rule_may_be_about_are_not_read(when: str, read: bool, client: Running) -> None:
    """Any category that the product ever had may be the one of a line; what is told apart line by line is not asked here."""
    later = told.ProductDefined(sku="PEN", occurred_on=NEW_YEAR, category="Inks")
    await fold(client.runtime.settings.database_url, MOVEMENTS, in_log(*(one.data for one in ORDERS), later))
    plans = [plan(rule(FLAT, when=when))]
    async with client.runtime.reading_everything() as connection:
        found = await told_of(connection, plans, Payee.PARTNER, "p-1")
    assert bool(found.movements) is read
