"""Plans and lines for tests."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from channel_service.testing import Running
from channel_terms import Reader
from incentives.domain.calculation import Entry, calculate
from incentives.domain.facts import Facts, Line, Moment, Quota, Ruling
from incentives.domain.plan.document import PlanDocument
from incentives.domain.words import Payee

EXAMPLE = {"says": "nothing for nothing", "lines": [{"on": "2026-01-05", "net": "0", "units": 0}], "pays": "0"}


def example(pays: str, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"says": "by hand", "pays": pays, "lines": [{"on": "2026-02-10", **one} for one in lines], **more}


async def go(client: Running, body: dict[str, Any], plan_id: str = "dealers") -> dict[str, Any]:
    """Drafted, simulated and submitted by one, approved by another; the version as it is then."""
    ann, bob = client.as_("channel_manager", subject="ann"), client.as_("finance", subject="bob")
    made = await ann.put(f"/v1/plans/{plan_id}", json=body)
    assert made.status_code in {200, 201}, made.text
    version = len((await ann.get(f"/v1/plans/{plan_id}")).json()["versions"])
    for who, what in ((ann, "simulate"), (ann, "submit"), (bob, "approve")):
        done = await who.post(f"/v1/plans/{plan_id}/{what}", json={"version": version})
        assert done.status_code == 200, done.text
    found: dict[str, Any] = (await ann.get(f"/v1/plans/{plan_id}/versions/{version}")).json()
    return found


def rule(pays: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A rule as a plan says it: net, as shipped, by year, unless ``more`` says otherwise."""
    said = {"rule_id": next(iter(pays)), "pays": pays, "base": "net", "moment": "shipped", "window": "year", "examples": [EXAMPLE]}
    return said | more


def document(*rules: dict[str, Any], **more: Any) -> dict[str, Any]:
    said: dict[str, Any] = {"title": "Dealers", "payee": "partner", "currency": "CNY", "valid_from": "2026-01-01"}
    return said | {"rounding": "half_up", "exclusive": "best", "rules": list(rules)} | more


def plan(*rules: dict[str, Any], **more: Any) -> PlanDocument:
    return Reader(PlanDocument).read(document(*rules, **more))


def line(number: int, net: str | Decimal | int, on: str | date = "2026-02-10", **more: Any) -> Line:
    amount = Decimal(net)
    said: dict[str, Any] = {
        "fact_id": f"f{number:03}",
        "event_id": f"e{number:03}",
        "order_id": f"o{number:03}",
        "line_id": "1",
        "moment": Moment.SHIPPED,
        "on": date.fromisoformat(on) if isinstance(on, str) else on,
        "partner_id": "p-1",
        "currency": "CNY",
        "units": 1 if amount >= 0 else -1,
        "gross": amount,
        "net": amount,
    }
    return Line(**said | more)


def quota(amount: int, first: str, last: str, measure: str = "sales", payee_id: str = "p-1", payee: Payee = Payee.PARTNER) -> Quota:
    days = {"first": date.fromisoformat(first), "last": date.fromisoformat(last)}
    return Quota(payee=payee, payee_id=payee_id, measure=measure, amount=Decimal(amount), **days)


def ruling(cause: str, on: str, ruling_id: str = "r", payee: Payee = Payee.PARTNER) -> Ruling:
    """About p-1."""
    return Ruling(ruling_id=ruling_id, payee=payee, payee_id="p-1", cause=cause, on=date.fromisoformat(on))


def entries(document: PlanDocument, *lines: Line, quotas: Sequence[Quota] = (), rulings: Sequence[Ruling] = (), **more: Any) -> list[Entry]:
    return calculate("dealers", 1, document, Facts(lines=lines, quotas=tuple(quotas), rulings=tuple(rulings), **more))


def paid(found: Sequence[Entry], rule_id: str | None = None) -> Decimal:
    return sum((one.amount for one in found if rule_id in {None, one.rule_id}), Decimal(0))


def sums(entry: Entry) -> Fraction:
    """What the slices come to."""
    return sum((one.amount for one in entry.slices), Fraction())
