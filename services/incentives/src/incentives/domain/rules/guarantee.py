"""A guarantee: who earns less than what was agreed for a window is paid the rest; kept for good, or a draw that is recovered later."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated

from channel_terms import Code, Span, Words
from msgspec import Meta, Struct

from incentives.domain.credits import CreditTo
from incentives.domain.quotas import quota_in
from incentives.domain.rule_type import Pot, RuleType, Slice
from incentives.domain.window import Window
from incentives.domain.words import RuleId


class Guarantee(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much is guaranteed to whom, and when, is said by quotas of the measure that lie within a window. It is made up when the window
    is over, also for who sold nothing in it. What was advanced and is not recovered yet is the sum of the rule's entries."""

    of: Annotated[tuple[RuleId, ...], Meta(min_length=1, max_length=50, description="Rules before this one.", examples=[["volume"]])]
    measure: Annotated[Code, Meta(description="Of which quotas.", examples=["guarantee"])]
    recovered: Annotated[
        bool,
        Meta(
            description="true: a draw, taken back from what is earned beyond the guarantee in later windows; false: it is kept.",
            examples=[False],
        ),
    ]


def rate(p: Guarantee, pot: Pot) -> Iterator[Slice]:
    if not pot.over:
        return
    owed = Fraction()
    for span, earned in pot.earlier:
        owed += _made_up(p, pot, span, earned, owed)
    made_up = _made_up(p, pot, pot.span, pot.base, owed)
    if made_up:
        yield Slice(base=abs(made_up), rate=Fraction(1 if made_up > 0 else -1))


def _made_up(p: Guarantee, pot: Pot, span: Span, earned: Fraction, owed: Fraction) -> Fraction:
    """What is added in the window; less than nothing where it is recovered. ``owed`` was advanced before."""
    guaranteed = quota_in(pot.quotas, p.measure, span)
    if guaranteed and earned < guaranteed:
        return guaranteed - earned
    return -min(owed, earned - guaranteed) if p.recovered and earned > guaranteed else Fraction()


GUARANTEE = RuleType(
    "guarantee",
    Guarantee,
    rate,
    of=lambda p: p.of,
    quota=lambda p: p.measure,
    windows=frozenset(Window) - {Window.LIFE, Window.DEAL},
    credits=frozenset({CreditTo.DIRECT}),
    words=Words("made up to what is guaranteed, or recovered of it: {percent} of {base}", "补足保底或抵扣预支：{base} 的 {percent}"),
    example={"of": ["volume"], "measure": "sales", "recovered": False},
)
