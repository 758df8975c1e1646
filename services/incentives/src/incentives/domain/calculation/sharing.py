"""Sharing entries, the last step, when all is rated and rounded: what a pool earned becomes entries of its members, to the smallest
unit."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from channel_terms import as_part
from msgspec.structs import replace

from incentives.domain.calculation.entry import PAYOUT_SHARE, Adjustment, Entry, Step
from incentives.domain.exact import payable, split
from incentives.domain.facts import Base
from incentives.domain.rule_type import Slice
from incentives.domain.sharing import Member, Sharing
from incentives.domain.words import ZERO, Payee

Scope = tuple[Payee, str, str, str]
"""Payee and id, plan, rule."""
Held = dict[Scope, list[Sharing]]
Before = Callable[[date], Mapping[str, Decimal]]
"""What entries come to by all that counts before a day, unshared."""


class Share(NamedTuple):
    """Some days of an entry's window, and who shares what was earned on them: the payee alone, where nothing is said."""

    first: date
    last: date
    members: Sequence[Member]


def shared(entries: Iterable[Entry], sharings: Iterable[Sharing], before: Before) -> Iterator[Entry]:
    """Each entry; behind one that is shared those of its members. What these get is not shared once more, so no ring needs to be looked
    for: two who share with each other get each other's."""
    held: Held = {}
    for one in sorted(sharings, key=lambda one: one.since):
        held.setdefault((one.payee, one.payee_id, one.plan_id, one.rule_id), []).append(one)
    for entry in entries:
        shares = _shares(held, entry)
        if any(one.members != _alone(entry) for one in shares):
            yield _given_away(entry)
            for share, amount in zip(shares, _amounts(entry, shares, before), strict=True):
                yield from _given(entry, share, amount)
        else:
            yield entry


def _shares(held: Held, entry: Entry) -> list[Share]:
    """All days of the window, in order. Those on which the same members share are together, whatever was said in between."""
    own = [held.get((entry.payee, entry.payee_id, *scope), ()) for scope in ((entry.plan_id, entry.rule_id), (entry.plan_id, ""), ("", ""))]
    days = sorted({entry.first, *(one.since for of in own for one in of if entry.first < one.since <= entry.last)})
    found: list[tuple[date, Sequence[Member]]] = []
    for day in days:
        members = _members(own, day) or _alone(entry)
        if not found or found[-1][1] != members:
            found.append((day, members))
    ends = [*(day - timedelta(days=1) for day, _ in found[1:]), entry.last]
    return [Share(first, last, members) for (first, members), last in zip(found, ends, strict=True)]


def _members(own: Iterable[Sequence[Sharing]], day: date) -> Sequence[Member] | None:
    """By what holds on the day: of the rule, else of its plan, else of all."""
    for of in own:
        begun = [one.members for one in of if one.since <= day]
        if begun:
            return begun[-1]
    return None


def _alone(pool: Entry) -> Sequence[Member]:
    return (Member(member=pool.payee, member_id=pool.payee_id, share="1"),)


def _amounts(entry: Entry, shares: Sequence[Share], before: Before) -> Iterator[Decimal]:
    """What was earned on the days of each: what the entry comes to by all that counts until then, less what it did before."""
    until = [ZERO, *(before(one.first).get(entry.entry_id, ZERO) for one in shares[1:]), entry.amount]
    return (after - earlier for earlier, after in pairwise(until))


def _given_away(pool: Entry) -> Entry:
    """All that it came to. What it came of stays: rules about what it is paid and its way to the next tier look at that."""
    if not pool.amount:
        return pool
    nothing = payable(Fraction(), pool.currency, pool.rounding)
    return replace(pool, amount=nothing, changes=(*pool.changes, Adjustment(Step.SHARED, Fraction(pool.amount), Fraction())))


def _given(pool: Entry, share: Share, whole: Decimal) -> Iterator[Entry]:
    """By largest remainder. What it was paid for is said by the pool's entry alone, of whose lines a member may not know."""
    amounts = split(whole, {_named(one): Fraction(one.share) for one in share.members}, pool.currency)
    for one in share.members:
        amount, base, rate = amounts[_named(one)], Fraction(whole), Fraction(one.share)
        due, given = base * rate, Fraction(amount)
        yield replace(
            pool,
            entry_id=_entry_id(pool, one, share.first),
            rule_type=PAYOUT_SHARE,
            payee=one.member,
            payee_id=one.member_id,
            first=share.first,
            last=share.last,
            base=Base.EARNED,
            counted=base,
            baseline=Fraction(),
            changes=() if due == given else (Adjustment(Step.REMAINDER, due, given),),
            slices=(Slice(base=base, rate=rate),),
            unrounded=given,
            amount=amount,
            lines=(),
            earned_by=(pool.entry_id,),
            exchanged=None,
            ahead=None,
        )


def _named(one: Member) -> str:
    return f"{one.member}/{one.member_id}"


def _entry_id(pool: Entry, one: Member, first: date) -> str:
    """As those of others, but that the part says whose it is a share of, and of which kind the member is: `member_kind` reads it."""
    part = ",".join((pool.part, as_part(pool.payee_id).replace("~", "%7E"), one.member))
    return "~".join([pool.plan_id, str(pool.version), pool.rule_id, part, one.member_id, str(first)])


def member_kind(part: str) -> Payee | None:
    """Of which kind the payee is whose entry's id has this part; None for an entry that is no share: of the kind that its plan pays."""
    _, *more = part.split(",")  # no name of anything has a comma in it
    return Payee(more[1]) if len(more) == 2 and more[1] in set(Payee) else None
