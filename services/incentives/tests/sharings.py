"""Payout shares for tests."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from incentives.domain.exact import text
from incentives.domain.sharing import Member, Sharing, in_order
from incentives.domain.words import Payee


def members(shares: Mapping[str, str | Fraction]) -> tuple[Member, ...]:
    """By name; a name that begins with ``p-`` is a partner's."""
    made = [Member(member=kind_of(name), member_id=name, share=text(Fraction(share))) for name, share in shares.items()]
    return in_order(made)


def kind_of(name: str) -> Payee:
    return Payee.PARTNER if name.startswith("p-") else Payee.SALES_REP


def sharing(payee_id: str, since: str = "2026-01-01", /, *, of: tuple[str, str] = ("", ""), **shares: Any) -> Sharing:
    plan_id, rule_id = of
    named = {name.replace("_", "-"): share for name, share in shares.items()}
    about: dict[str, Any] = {"payee": kind_of(payee_id), "payee_id": payee_id, "plan_id": plan_id, "rule_id": rule_id}
    return Sharing(**about, since=date.fromisoformat(since), members=members(named))
