"""Sharing entries, the last step, when all is rated and rounded: what a pool earned becomes entries of its members, to the smallest
unit."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from fractions import Fraction

from channel_terms import as_part
from msgspec.structs import replace

from incentives.domain.calculation.entry import PAYOUT_SHARE, Adjustment, Entry, Step
from incentives.domain.exact import payable, split
from incentives.domain.facts import Base
from incentives.domain.rule_type import Slice
from incentives.domain.sharing import Member, Sharing
from incentives.domain.words import Payee

Scope = tuple[Payee, str, str, str]
"""Payee and id, plan, rule."""


def shared(entries: Iterable[Entry], sharings: Iterable[Sharing]) -> Iterator[Entry]:
    """Each entry; behind one that is shared those of its members. What these get is not shared once more, so no ring needs to be looked
    for: two who share with each other get each other's."""
    held: dict[Scope, list[tuple[date, tuple[Member, ...]]]] = {}
    for one in sorted(sharings, key=lambda one: one.since):
        held.setdefault((one.payee, one.payee_id, one.plan_id, one.rule_id), []).append((one.since, one.members))
    for entry in entries:
        if members := _members(held, entry):
            yield _given_away(entry)
            yield from _given(entry, members)
        else:
            yield entry


def _members(held: dict[Scope, list[tuple[date, tuple[Member, ...]]]], entry: Entry) -> Sequence[Member]:
    """By what holds on the last day of the window: of the rule, else of its plan, else of all."""
    for plan_id, rule_id in ((entry.plan_id, entry.rule_id), (entry.plan_id, ""), ("", "")):
        begun = [members for since, members in held.get((entry.payee, entry.payee_id, plan_id, rule_id), ()) if since <= entry.last]
        if begun:
            return begun[-1]
    return ()


def _given_away(pool: Entry) -> Entry:
    """All that it came to. What it came of stays: rules about what it is paid and its way to the next tier look at that."""
    if not pool.amount:
        return pool
    nothing = payable(Fraction(), pool.currency, pool.rounding)
    return replace(pool, amount=nothing, changes=(*pool.changes, Adjustment(Step.SHARED, Fraction(pool.amount), Fraction())))


def _given(pool: Entry, members: Sequence[Member]) -> Iterator[Entry]:
    """By largest remainder. What is paid is said by the pool's entry alone, of whose lines a member may not know."""
    amounts = split(pool.amount, {_named(one): Fraction(one.share) for one in members}, pool.currency)
    for one in members:
        amount, base, share = amounts[_named(one)], Fraction(pool.amount), Fraction(one.share)
        due, given = base * share, Fraction(amount)
        yield replace(
            pool,
            entry_id=_entry_id(pool, one),
            rule_type=PAYOUT_SHARE,
            payee=one.member,
            payee_id=one.member_id,
            base=Base.EARNED,
            counted=base,
            baseline=Fraction(),
            changes=() if due == given else (Adjustment(Step.REMAINDER, due, given),),
            slices=(Slice(base=base, rate=share),),
            unrounded=given,
            amount=amount,
            lines=(),
            earned_by=(pool.entry_id,),
            exchanged=None,
            ahead=None,
        )


def _named(one: Member) -> str:
    return f"{one.member}/{one.member_id}"


def _entry_id(pool: Entry, one: Member) -> str:
    """As those of others, but that the part says whose it is a share of, and of which kind the member is: `member_kind` reads it."""
    part = ",".join((pool.part, as_part(pool.payee_id).replace("~", "%7E"), one.member))
    return "~".join([pool.plan_id, str(pool.version), pool.rule_id, part, one.member_id, str(pool.first)])


def member_kind(part: str) -> Payee | None:
    """Of which kind the payee is whose entry's id has this part; None for an entry that is no share: of the kind that its plan pays."""
    _, *more = part.split(",")  # no name of anything has a comma in it
    return Payee(more[1]) if len(more) == 2 and more[1] in set(Payee) else None
