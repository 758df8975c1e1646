"""Whether statements say what was posted, and payments stay within what is owed."""

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from statement_checker.numbers import exact, said

KINDS = {"earning_accrued": "accrued", "earning_reversed": "reversed", "adjustment_posted": "adjusted"}
Owed = dict[str, Fraction]


class Owing:
    """What is on no statement yet, and what is owed of each."""

    def __init__(self) -> None:
        self._unstated: list[tuple[str, str, str, Fraction]] = []
        self._owed: dict[str, Owed] = {}
        self._ordered: defaultdict[tuple[str, str, str], Fraction] = defaultdict(Fraction)
        self._number = 0

    def posted(self, what: str, entry: dict[str, Any]) -> None:
        self._unstated.append((entry["period_last"], entry["currency"], KINDS[what], exact(entry["amount"])))

    def stated(self, entry: dict[str, Any]) -> Iterator[str]:
        """What is wrong with a statement."""
        if entry["since"] != self._number + 1:
            yield f"it begins with entry {entry['since']}, and the one before ended with {self._number}"
        if entry["head"] != entry["previous"]:
            yield "its head is not the hash of the entry before it"
        sums: defaultdict[str, defaultdict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
        for day, currency, kind, amount in self._unstated:
            if day <= entry["last"]:
                sums[currency][kind] += amount
        for owed in self._owed.values():
            for currency, amount in owed.items():
                if amount < 0:
                    sums[currency]["carried"] += amount
                    owed[currency] = Fraction()
        self._unstated = [one for one in self._unstated if one[0] > entry["last"]]
        told = {one["currency"]: one for one in entry["amounts"]}
        for currency in sorted(sums.keys() | told.keys()):
            yield from _compared(currency, sums[currency], told.get(currency, {}))
        self._owed[entry["statement_id"]] = {currency: exact(one["payable"]) for currency, one in told.items()}
        self._number = entry["number"]

    def paid(self, what: str, entry: dict[str, Any]) -> Iterator[str]:
        """What is wrong with a payment, an order of one, a failure, or a write-off."""
        name, currency, amount = entry["statement_id"], entry["currency"], exact(entry["amount"])
        owed = self._owed.get(name)
        if owed is None or currency not in owed:
            yield f"statement {name} owes nothing in {currency}"
            return
        way = (name, currency, entry.get("payout_id", ""))
        if what in {"payout_confirmed", "payout_failed"}:
            if not 0 < amount <= self._ordered[way]:
                yield f"{said(amount)} is not on its way for {name}, {said(self._ordered[way])} is"
            self._ordered[way] -= amount
            owed[currency] += amount if what == "payout_failed" else 0
            return
        if (what == "payment_ordered" and not 0 < amount <= owed[currency]) or (what != "payment_ordered" and amount != owed[currency]):
            yield f"{said(amount)} is not what {name} owes: {said(owed[currency])}"
        owed[currency] -= amount
        self._ordered[way] += amount if what == "payment_ordered" else 0


def _compared(currency: str, sums: dict[str, Fraction], told: dict[str, Any]) -> Iterator[str]:
    whole = Fraction()
    for kind in ("carried", "accrued", "reversed", "adjusted"):
        amount = sums.get(kind, Fraction())
        whole += amount
        if exact(told.get(kind, "0")) != amount:
            yield f"{kind} in {currency} is {said(amount)}, and it says {told.get(kind, '0')}"
    if exact(told.get("payable", "0")) != whole:
        yield f"payable in {currency} is {said(whole)}, and it says {told.get('payable', '0')}"
