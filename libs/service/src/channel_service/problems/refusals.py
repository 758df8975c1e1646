"""Refusals that the edge makes by itself."""

from collections.abc import Collection, Sequence
from difflib import get_close_matches

from channel_events.pure import Rejected
from channel_terms import Words


def invalid(field: str, en: str, zh: str) -> Rejected:
    """``invalid_request`` for one field, parameter or header, with what is wrong with it in both languages."""
    return Rejected("invalid_request", errors=[{"field": field, "problem": Words(en, zh)}])


MOST_NAMES, LONGEST_NAME = 10, 60
"""Of parameters that nobody knows: so many are named, and so much of each is compared and said again."""


def unknown_parameters(names: Sequence[str], known: Collection[str]) -> Rejected:
    """``parameter_unknown`` for parameters that an address does not take, each with the nearest of those that it takes."""
    named = [name[:LONGEST_NAME] for name in names[:MOST_NAMES]]
    errors = [{"field": name, "problem": _unknown(name, known)} for name in named]
    allowed = ", ".join(sorted(known)) or Words("none", "无")
    return Rejected("parameter_unknown", errors=errors, parameter=", ".join(named), allowed=allowed)


def _unknown(name: str, known: Collection[str]) -> Words:
    for nearest in get_close_matches(name, sorted(known), 1):
        return Words(f"is no parameter here; is {nearest} meant?", f"此处没有该参数；是否应为 {nearest}？")
    return Words("is no parameter here", "此处没有该参数")


def repeated_parameters(names: Sequence[str]) -> Rejected:
    """``invalid_request`` for parameters that are given several times and have one value."""
    words = Words("is given several times, and has one value", "重复出现，但只能有一个值")
    return Rejected("invalid_request", errors=[{"field": name, "problem": words} for name in names])
