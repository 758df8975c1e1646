"""Whether the steps by which an entry came to its amount follow from each other."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from statement_checker.numbers import exact, rounded, said, unit

ON_BASE = {"less", "most_each", "most_counted"}
"""What became of the base, before any slice."""
SHARE = "payout_share"
"""Stands for the rule type of what is a share of another entry."""


def worked_out(of: dict[str, Any], after: Fraction) -> Iterator[str]:
    """What is wrong with an entry that comes to ``after``."""
    name, currency, slices = of["entry_id"], of["currency"], of.get("slices", ())
    value = sum((exact(one["base"]) * exact(one["rate"]) for one in slices), Fraction())
    if of["rule_type"] == SHARE and (slices or exact(of["counted"])):
        yield from _share_wrong(of, slices)
    steps = _Steps(exact(of["counted"]), value, of)
    for one in of.get("changes", ()):
        yield from (f"{name}: {text}" for text in steps.take(one["step"], exact(one["before"]), exact(one["after"])))
    if steps.value != exact(of["unrounded"]):
        yield f"{name}: the slices come to {said(steps.value)}, and it says {of['unrounded']}"
    if rounded(steps.due, currency, of["rounding"]) != after:
        yield f"{name}: {said(steps.due)} is not {said(after)}, rounded {of['rounding']}"


def _share_wrong(of: dict[str, Any], slices: Any) -> Iterator[str]:
    """A share is a part of what another entry came to, and not more than all of it."""
    if [one["base"] for one in slices] != [of["counted"]] or not 0 < exact(slices[0]["rate"]) <= 1:
        yield f"{of['entry_id']}: it is no share of {of['counted']}"


class _Steps:
    def __init__(self, base: Fraction, value: Fraction, of: dict[str, Any]) -> None:
        self._base, self.value, self._of = base, value, of
        self.due = value
        """What is paid of the value: exchanged, or shared."""

    def take(self, step: str, was: Fraction, becomes: Fraction) -> Iterator[str]:
        """What is wrong with the next one."""
        should = self._base if step in ON_BASE else self._rounded(self.due) if step == "shared" else self.due
        if was != should:
            yield f"{step} begins at {said(was)}, and it was {said(should)}"
        if (wrong := self._wrong(step, was, becomes)) is not None:
            yield f"{said(was)} {wrong} {said(becomes)}"
        if step in ON_BASE:
            self._base = becomes
        elif step != "rounded":
            self.due = becomes
            self.value = self.value if step in {"exchanged", "no_rate", "shared"} else becomes

    def _wrong(self, step: str, was: Fraction, becomes: Fraction) -> str | None:
        match step:
            case "exchanged" if becomes != was * (rate := exact(self._of["exchanged"]["rate"])):
                return f"at {said(rate)} is not"
            case "no_rate" | "shared" if becomes:
                return f"leaves nothing ({step}), and not"
            case "remainder" if self._of["rule_type"] != SHARE:
                return "is no share, and does not become"
            case "remainder" if abs(becomes - was) >= unit(self._of["currency"]):
                return "is a smallest unit or more away from"
            case "rounded" if becomes != self._rounded(was):
                return f"rounded {self._of['rounding']} is not"
        return None

    def _rounded(self, value: Fraction) -> Fraction:
        return rounded(value, self._of["currency"], self._of["rounding"])
