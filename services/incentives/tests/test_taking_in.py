"""Quotas and rulings: how they are told, and that a plan sees them."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from channel_service.testing import Running, fold
from channel_testing import feed, given
from incentives.app import SERVICE
from incentives.domain.quota import QUOTA, QuotaSet, SetQuota
from incentives.domain.ruling import RULING, RecordRuling, RulingRecorded
from incentives.domain.words import Payee
from incentives.views.movements import MOVEMENTS
from incentives.views.quotas import QUOTAS
from incentives.views.rulings import RULINGS

from .plans import document, go, rule
from .test_earnings_over_http import ORDERS

DAY = date(2026, 3, 1)
ABOUT: dict[str, Any] = {
    "payee": Payee.PARTNER,
    "payee_id": "p-1",
    "measure": "sales",
    "first": date(2026, 1, 1),
    "last": date(2026, 3, 31),
}


def quota(amount: int, **more: Any) -> SetQuota:
    return SetQuota(**ABOUT | {"amount": Decimal(amount), "on": DAY} | more)


def was_set(amount: int, previous: int | None = None, **more: Any) -> QuotaSet:
    before = None if previous is None else Decimal(previous)
    return QuotaSet(**ABOUT | {"amount": Decimal(amount), "previous": before, "occurred_on": DAY} | more)


def test_a_quota_is_set_replaced_and_taken_back() -> None:
    given(QUOTA).when(quota(100)).then(was_set(100))
    given(QUOTA, was_set(100)).when(quota(100)).then_nothing()
    given(QUOTA, was_set(100)).when(quota(200)).then(was_set(200, 100))
    given(QUOTA, was_set(100)).when(quota(0)).then(was_set(0, 100))
    given(QUOTA).when(quota(0)).then_nothing()
    given(QUOTA, was_set(100), was_set(0, 100)).when(quota(0)).then_nothing()


@pytest.mark.parametrize(("first", "last"), [("2026-03-31", "2026-04-30"), ("2025-12-01", "2026-01-01"), ("2026-02-01", "2026-02-28")])
def test_no_quota_lies_over_another(first: str, last: str) -> None:
    days: dict[str, Any] = {"first": date.fromisoformat(first), "last": date.fromisoformat(last)}
    given(QUOTA, was_set(100)).when(quota(50, **days)).then_rejected("quota_overlaps", first=ABOUT["first"])
    given(QUOTA, was_set(100), was_set(0, 100)).when(quota(50, **days)).then(was_set(50, **days))


def test_quotas_stand_side_by_side() -> None:
    days: dict[str, Any] = {"first": date(2026, 4, 1), "last": date(2026, 6, 30)}
    given(QUOTA, was_set(100)).when(quota(50, **days)).then(was_set(50, **days))
    given(QUOTA).when(quota(50, last=date(2025, 12, 31))).then_rejected("days_reversed")
    given(QUOTA).when(quota(50, last=date(2199, 12, 31))).then_rejected("date_implausible")
    assert [row["amount"] for row in feed(QUOTAS, was_set(100), was_set(50, **days), was_set(0, 100)).rows()] == [50]


def test_a_ruling_is_recorded_once() -> None:
    said: dict[str, Any] = {
        "ruling_id": "c-1",
        "payee": Payee.PARTNER,
        "payee_id": "p-1",
        "cause": "cross_region",
        "reason": "seen in CN-W",
    }
    recorded = RulingRecorded(**said, occurred_on=DAY)
    given(RULING).when(RecordRuling(**said, on=DAY)).then(recorded)
    given(RULING, recorded).when(RecordRuling(**said)).then_nothing()
    given(RULING, recorded).when(RecordRuling(**said | {"cause": "low_price"})).then_rejected("ruling_exists")
    given(RULING, recorded).when(RecordRuling(**said, on=date(2026, 3, 2))).then_rejected("ruling_exists")
    assert [row["cause"] for row in feed(RULINGS, recorded).rows()] == ["cross_region"]


@pytest.mark.row("IN-07")
async def test_a_plan_sees_quotas_and_rulings(whole: Running) -> None:
    await fold(whole.runtime.settings.database_url, MOVEMENTS, ORDERS)
    tiers = [{"start": "0", "until": "1", "rate": "0.1"}, {"start": "1", "rate": "0.2"}]
    attainment = {"measure": "sales", "on": "slices", "prorated": False, "boundary": "start", "tiers": tiers}
    punish = rule({"sanction": {"of": ["attainment"], "causes": ["cross_region"], "takes": "0.5"}}, base="earned", window="quarter")
    await go(whole, document(rule({"attainment": attainment}, moment="ordered", window="quarter"), punish))
    finance = whole.as_("finance")
    body = {"first": "2026-01-01", "last": "2026-03-31", "amount": "1000"}
    assert (await finance.put("/v1/quotas/partner/p-1/sales", json=body)).status_code == 201
    assert (await finance.put("/v1/quotas/partner/p-1/sales", json=body)).json()["changed"] is False
    ruling = {"payee": "partner", "payee_id": "p-1", "cause": "cross_region", "reason": "seen in CN-W", "on": "2026-02-01"}
    receipt = (await finance.put("/v1/rulings/case%2F1", json=ruling)).json()
    waiting = {"wait_for": receipt["token"]}
    listed = (await finance.get("/v1/quotas", params=waiting | {"payee_id": "p-1"})).json()["items"]
    assert [(one["measure"], one["amount"]) for one in listed] == [("sales", "1000")]
    assert [one["ruling_id"] for one in (await finance.get("/v1/rulings", params=waiting)).json()["items"]] == ["case/1"]
    earned = (await finance.get("/v1/plans/dealers/versions/1/payees/p-1")).json()
    # 1,080 of 1,000: a tenth of 1,000 and a fifth of 80 are 116; half of it is taken back.
    assert [one["amount"] for one in earned["entries"]] == ["116.00", "-58.00"]
    own, other = whole.as_("partner", partner_id="p-1"), whole.as_("partner", partner_id="p-2")
    assert len((await own.get("/v1/quotas")).json()["items"]) == 1
    assert (await own.get("/v1/plans/dealers/versions/1/payees/p-1")).json() == earned
    assert [(await other.get(f"/v1/{path}")).json()["items"] for path in ("quotas", "rulings")] == [[], []]
    assert (await own.put("/v1/quotas/partner/p-1/sales", json=body)).status_code == 403


def test_what_is_taken_in_is_wired_in() -> None:
    assert {QUOTAS, RULINGS} <= set(SERVICE.views)
    assert {QUOTA, RULING} <= set(SERVICE.deciders)
