"""Agreements, protections and rotations that were wrong: withdrawn, nothing more is claimed or approved by them, and what was approved
stays owed."""

from datetime import date
from typing import Any, NamedTuple

import pytest
from channel_service.testing import Running
from channel_testing import feed, given
from incentives.domain.support_agreement import (
    SUPPORT_AGREEMENT,
    AgreeSupport,
    ApproveSupport,
    SupportAgreed,
    SupportApproved,
    SupportTerms,
    SupportWithdrawn,
    WithdrawSupport,
)
from incentives.views.price_support import PRICE_SUPPORT
from msgspec import convert

from .settling import rows
from .test_funds_over_http import done, refused
from .test_price_support import AGREED, CLAIMS, claim, client, decided, sale

__all__ = ["client"]
DAY = date(2026, 3, 1)
WRONG = {"reason": "it names another customer"}
TERMS = convert(AGREED, SupportTerms, strict=False)
AGREEMENT = SupportAgreed(agreement_id="sd-1", terms=TERMS, by="ann", occurred_on=DAY)
APPROVED = SupportApproved(agreement_id="sd-1", by="bob", occurred_on=DAY)
WITHDRAWN = SupportWithdrawn(agreement_id="sd-1", **WRONG, by="bob", occurred_on=DAY)


def agree(**more: Any) -> AgreeSupport:
    return convert(AGREED | {"agreement_id": "sd-1", "by": "ann"} | more, AgreeSupport, strict=False)


def test_an_agreement_that_was_withdrawn_does_not_come_back() -> None:
    withdraw = WithdrawSupport(agreement_id="sd-1", **WRONG, by="bob", on=DAY)
    given(SUPPORT_AGREEMENT).when(withdraw).then_rejected("support_agreement_unknown")
    given(SUPPORT_AGREEMENT, AGREEMENT, APPROVED).when(withdraw).then(WITHDRAWN)
    given(SUPPORT_AGREEMENT, AGREEMENT, APPROVED, WITHDRAWN).when(withdraw).then_nothing()
    given(SUPPORT_AGREEMENT, AGREEMENT).when(withdraw).then(WITHDRAWN)
    given(SUPPORT_AGREEMENT, AGREEMENT, WITHDRAWN).when(ApproveSupport(agreement_id="sd-1", by="eve")).then_rejected("support_withdrawn")
    given(SUPPORT_AGREEMENT, AGREEMENT, WITHDRAWN).when(agree(customer="Other")).then_rejected("support_withdrawn")
    for same in (agree(), ApproveSupport(agreement_id="sd-1", by="bob")):  # a file that is imported again
        given(SUPPORT_AGREEMENT, AGREEMENT, APPROVED, WITHDRAWN).when(same).then_nothing()
    [row] = feed(PRICE_SUPPORT, AGREEMENT, APPROVED, WITHDRAWN).rows("support_agreement")
    assert (row["approved"], row["withdrawn_on"]) == (True, DAY)


class Case(NamedTuple):
    """How something is opened, what is claimed by it, and where that is."""

    path: str
    opened: dict[str, Any]
    approved: bool
    claims: str
    claim: dict[str, Any]


FELL = {"sku": "PEN", "currency": "CNY", "changed_on": "2026-04-03", "before": "90.00", "after": "81.90"}
BACK = {"currency": "CNY", "share": "0.5", "bought_from": "2026-01-01", "bought_until": "2026-03-31"}
BACK |= {"first": "2026-04-01", "last": "2030-04-30"}
LINE = {"sku": "PEN", "quantity": 1, "price": "90.00"}
CASES = {
    "agreement": Case("support-agreements/sd-1", AGREED, True, "ship-and-debit", claim(sale(1, "INV-1"))),
    "protection": Case("price-protections/a", FELL, False, "price-protection", {"protection_id": "a", "quantity": 1}),
    "rotation": Case("stock-rotations/q1", BACK, False, "stock-rotation", {"rotation_id": "q1", "lines": [LINE]}),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_nothing_more_is_claimed_or_approved_by_what_was_wrong(client: Running, case: Case) -> None:
    eve, partner = client.as_("finance", subject="eve"), client.as_("partner", partner_id="p-1")
    path, body = f"/v1/{case.path}", {"partner_id": "p-1"} | case.claim
    assert (await refused(eve, "POST", f"{path}/withdraw", WRONG))[0] == 404
    await done(eve, "PUT", path, case.opened)
    if case.approved:
        await done(client.as_("finance", subject="bob"), "POST", f"{path}/approve", {})
    claims = f"{CLAIMS}/{case.claims}"
    for name, reference in (("approved", "INV-1"), ("open", "INV-2")):
        if "agreement_id" in body:
            body["lines"] = [sale(1, reference)]
        await done(partner, "PUT", f"{claims}/{name}", body)
    await decided(client, "approved", "approve", "bob")
    assert (await refused(partner, "POST", f"{path}/withdraw", WRONG))[0] == 403
    assert (await done(eve, "POST", f"{path}/withdraw", WRONG))["changed"]
    assert not (await done(eve, "POST", f"{path}/withdraw", WRONG))["changed"]
    assert not (await done(partner, "PUT", f"{claims}/open", body))["changed"]  # it was made before
    assert await refused(partner, "PUT", f"{claims}/new", body) == (409, "support_withdrawn")
    bob = client.as_("finance", subject="bob")
    assert await refused(bob, "POST", f"{CLAIMS}/open/approve", {}) == (409, "support_withdrawn")
    assert not (await done(bob, "POST", f"{CLAIMS}/approved/approve", {}))["changed"]
    await decided(client, "open", "deny", "bob", reason="by what was wrong")
    await decided(client, "approved", "credit", "eve", reference="CN-1")
    [row] = await rows(partner, "/v1/" + case.path.partition("/")[0])
    assert row["withdrawn_on"] is not None
