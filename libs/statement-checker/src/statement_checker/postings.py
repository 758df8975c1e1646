"""Whether an entry moves what it says from the account that it has to, to the one that it has to."""

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from statement_checker.numbers import exact, said

MOVES = {
    "earning_accrued": ("accrued", "expense", 1),
    "earning_reversed": ("clawed_back", "accrued", -1),
    "adjustment_posted": ("accrued", "adjusted", 1),
    "payment_ordered": ("in_payment", "payable", 1),
    "payout_confirmed": ("paid", "in_payment", 1),
    "payout_failed": ("payable", "in_payment", 1),
    "amount_written_off": ("written_off", "payable", 1),
}
"""From which account to which the amount moves, and its sign."""
Moved = dict[tuple[str, str], Fraction]


def posted_wrong(what: str, entry: dict[str, Any]) -> Iterator[str]:
    """What is wrong with the postings."""
    posted: defaultdict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for one in entry.get("postings", ()):
        posted[one["account"], one["currency"]] += exact(one["amount"])
    should = _should(what, entry)
    for account, currency in sorted(posted.keys() | should.keys()):
        amount, right = posted[account, currency], should.get((account, currency), Fraction())
        if amount != right:
            yield f"it posts {said(amount)} {currency} on {account}, where {said(right)} would be right"


def _should(what: str, entry: dict[str, Any]) -> Moved:
    if what in MOVES:
        source, to, sign = MOVES[what]
        amount, currency = sign * exact(entry["amount"]), entry["currency"]
        return {(to, currency): amount, (source, currency): -amount}
    found: Moved = {}
    for one in entry.get("amounts", ()):
        amount = exact(one["payable"]) - exact(one["carried"])
        found |= {("accrued", one["currency"]): amount, ("payable", one["currency"]): -amount}
    return found
