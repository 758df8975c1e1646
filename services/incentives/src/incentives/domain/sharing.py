"""Sharing what is paid: who gets which share of what a payee earns, from a day on. What counts for the payee stays as it is."""

import re
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import Annotated, Any, TypeAlias

from channel_terms import Code, Written, Wrong
from msgspec import Meta, Struct

from incentives.domain.exact import text
from incentives.domain.words import Payee

_TEXT = r"^(0|1|0\.[0-9]{1,10}|1\.0{1,10}|[1-9][0-9]{0,5}/[1-9][0-9]{0,5})$"
_WRITTEN = re.compile(_TEXT, re.ASCII)


def _share(value: Any) -> Any:
    if not isinstance(value, str) or not _WRITTEN.fullmatch(value) or not 0 < (exact := Fraction(value)) <= 1:
        raise Wrong(
            'must be more than 0 and at most 1, as text: "0.5", or "1/3" where no decimal number is exact',
            '应为大于 0 且不超过 1 的文本："0.5"；小数无法精确表示时用 "1/3"',
        )
    return text(exact)


_SCHEMA = {"type": "string", "pattern": _TEXT}
Share: TypeAlias = Annotated[
    str,
    Meta(description="More than 0, at most 1: a decimal number, or a fraction.", examples=["1/3"]),
    Written(_share, _SCHEMA),
]
"""An exact share of an amount: three may have a third each."""


class Member(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who has a share: a partner or a sales rep, whichever of them the plan pays."""

    member: Annotated[Payee, Meta(examples=["sales_rep"])]
    member_id: Annotated[Code, Meta(examples=["ann"])]
    share: Share


def in_order(members: Iterable[Member]) -> tuple[Member, ...]:
    return tuple(sorted(members, key=lambda one: (one.member, one.member_id)))


def whole(members: Iterable[Member]) -> Fraction:
    """What shares come to."""
    return sum((Fraction(one.share) for one in members), Fraction())


class Sharing(Struct, frozen=True, kw_only=True):
    """What the payee, the *pool*, earns from ``since`` on is its members', in order. It is about all plans, one of them, or one rule of
    that."""

    payee: Payee
    payee_id: str
    plan_id: str = ""
    rule_id: str = ""
    since: date
    members: tuple[Member, ...]
