"""What a payee earns by one rule in one window, with all that it came to it by."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import groupby
from operator import attrgetter
from typing import Any

import msgspec
from channel_terms import Words
from msgspec import Struct

from incentives.domain.exact import Rounding, exactly, percent, text
from incentives.domain.facts import Base, Line, Moment, Rate
from incentives.domain.rule_type import Slice
from incentives.domain.rule_types import RULE_TYPES
from incentives.domain.words import Payee


class Step(StrEnum):
    """What became of the base, or of what the slices came to."""

    LESS = "less"
    """Without what other rules pay."""
    MOST_EACH = "most_each"
    """No more than so much of each deal counts."""
    MOST_COUNTED = "most_counted"
    LEAST_PAID = "least_paid"
    GUARANTEED = "guaranteed"
    MOST_PAID = "most_paid"
    EXCLUDED = "excluded"
    """Another rule of those that exclude each other is paid."""
    EXCHANGED = "exchanged"
    """Into the currency that is paid."""
    NO_RATE = "no_rate"
    """It cannot be paid until a rate is told."""
    ROUNDED = "rounded"
    SHARED = "shared"
    """All of it is given out: entries of those who have shares say so, its own share, too."""
    REMAINDER = "remainder"
    """Of shares, what is no whole number of the smallest unit goes to the largest remainders."""


WORDS = {
    Step.LESS: Words("what other rules pay does not count: {before} becomes {after}", "其他规则已付部分不计：{before} 变为 {after}"),
    Step.MOST_EACH: Words("of large deals not everything counts: {before} becomes {after}", "单笔超限部分不计：{before} 变为 {after}"),
    Step.MOST_COUNTED: Words("no more than {after} of {before} counts", "{before} 中最多计 {after}"),
    Step.LEAST_PAID: Words("{before} is too little to be paid", "{before} 低于起付额，不予支付"),
    Step.GUARANTEED: Words("{before} is less than is guaranteed: {after}", "{before} 低于保底额，按 {after} 计"),
    Step.MOST_PAID: Words("no more than {after} of {before} is paid", "{before} 中最多支付 {after}"),
    Step.EXCLUDED: Words("another rule is paid instead of {before}", "由互斥的其他规则支付，{before} 不予支付"),
    Step.EXCHANGED: Words("{before} is exchanged to {after}", "{before} 折算为 {after}"),
    Step.NO_RATE: Words("there is no exchange rate for {before} yet", "{before} 暂无汇率，无法折算"),
    Step.ROUNDED: Words("{before} is rounded to {after}", "{before} 舍入为 {after}"),
    Step.SHARED: Words("all of {before} is given out by shares", "{before} 已全部按份额分出"),
    Step.REMAINDER: Words(
        "so that all shares come to all of it, {before} becomes {after}", "为使各份额之和等于总额，{before} 按最大余额法取为 {after}"
    ),
}


PAYOUT_SHARE = "payout_share"
"""Stands for the rule type in an entry that is a share of another's."""
SHARE_WORDS = Words("a share of {rate} of {base}", "按份额 {rate} 分得 {base} 的相应部分")

ON_BASE = {Step.LESS, Step.MOST_EACH, Step.MOST_COUNTED}
"""Of the base; all others are of what the slices come to."""


class Adjustment(Struct, frozen=True):
    """One `Step`, in the order in which they were taken."""

    step: Step
    before: Fraction
    after: Fraction


class Part(Struct, frozen=True):
    """What a line counted, or, of rules about what others pay, an entry: ``of`` is the fact's or the entry's id."""

    of: str
    event_id: str
    order_id: str
    line_id: str
    counted: Decimal


class Entry(Struct, frozen=True, kw_only=True):
    """``amount`` is the sum of the slices after the ``changes``, rounded once. ``entry_id`` is made of what the entry is about, so
    that a later calculation's entry about the same has the same; ``lines`` are the facts behind it, in the order of their ids.

    ``currency`` is that of ``amount``; all other amounts are in the plan's. Where it is another, ``exchanged`` is the rate.
    ``payee`` is of which kind the payee is: that which the plan pays, but where it is a share of another's entry, whose id then is what it
    is ``earned_by``. ``ahead`` is the base from which on more is paid than now, where its rule type knows one."""

    entry_id: str
    plan_id: str
    version: int
    rule_id: str
    rule_type: str
    part: str
    payee: Payee
    payee_id: str
    first: date
    last: date
    currency: str
    base: Base
    moment: Moment
    counted: Fraction
    baseline: Fraction
    changes: tuple[Adjustment, ...]
    slices: tuple[Slice, ...]
    unrounded: Fraction
    rounding: Rounding
    amount: Decimal
    lines: tuple[Line, ...]
    earned_by: tuple[str, ...] = ()
    exchanged: Rate | None = None
    ahead: Fraction | None = None

    @property
    def pool(self) -> str | None:
        """The entry of which it is a share; None of one that is none."""
        return self.earned_by[0] if self.rule_type == PAYOUT_SHARE else None

    @property
    def rated(self) -> Fraction:
        """The base of the slices: what counted, after the changes of it."""
        return next((one.after for one in reversed(self.changes) if one.step in ON_BASE), self.counted)

    @property
    def parts(self) -> Iterator[Part]:
        """What each line counted; they sum up to ``counted``. A line that came through several is one."""
        for _, several in groupby(self.lines, key=_FACT):
            line, *others = several
            counted = line.counted(self.base)
            for other in others:
                with exactly():
                    counted += other.counted(self.base)
            yield Part(line.fact_id, line.event_id, line.order_id, line.line_id, counted)


_FACT: Any = attrgetter("fact_id")


class Delta(Struct, frozen=True, kw_only=True):
    """How an entry differs from what it was before, for a ledger that only ever adds: ``before`` and ``after`` explain both."""

    entry_id: str
    payee_id: str
    amount: Decimal
    before: Entry | None
    after: Entry | None


def deltas(before: Iterable[Entry], after: Iterable[Entry]) -> Iterator[Delta]:
    """What has to be added to entries that were posted, so that they are the later ones; in the order of their ids."""
    old, new = {one.entry_id: one for one in before}, {one.entry_id: one for one in after}
    for name in sorted(old.keys() | new.keys()):
        was, now = old.get(name), new.get(name)
        difference = (now.amount if now else Decimal(0)) - (was.amount if was else Decimal(0))
        some = now or was
        if difference and some is not None:
            yield Delta(entry_id=name, payee_id=some.payee_id, amount=difference, before=was, after=now)


def explained(entry: Entry) -> list[Words]:
    """In words, a step each: the base, what became of it, the slices, the limits, the rounding."""
    words = SHARE_WORDS if entry.rule_type == PAYOUT_SHARE else RULE_TYPES[entry.rule_type].words
    on_base = [change for change in entry.changes if change.step in ON_BASE]
    on_sum = [change for change in entry.changes if change not in on_base]
    said = [WORDS[change.step].of(_texts(change)) for change in on_base]
    said += [words.of({"part": entry.part, **_texts(one), "percent": percent(one.rate)}) for one in entry.slices]
    return said + [WORDS[change.step].of(_texts(change)) for change in on_sum]


def _texts(said: Struct) -> Mapping[str, object]:
    values = {name: getattr(said, name) for name in said.__struct_fields__}
    return {name: text(value) if isinstance(value, Fraction) else value for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Fraction):
        return text(value)
    raise NotImplementedError(type(value))


def encoded(entries: Iterable[Entry]) -> bytes:
    """As JSON, a line each; the same entries are the same bytes. Lines are named by their facts' ids: what a fact says never changes."""
    return b"".join(encoded_one(one) for one in entries)


def encoded_one(entry: Entry) -> bytes:
    said: dict[str, Any] = {name: getattr(entry, name) for name in entry.__struct_fields__}
    return msgspec.json.encode(said | {"lines": [line.fact_id for line in entry.lines]}, enc_hook=_plain) + b"\n"
