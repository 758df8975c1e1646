"""A text for people in both languages, chosen when the answer is written."""

from typing import Any

from channel_terms import Words


def spoken(value: Any, language: str) -> Any:
    """``value`` with every text for people in it in this language; deep, through lists and objects."""
    if isinstance(value, Words):
        return value.zh if language == "zh" else value.en
    if isinstance(value, dict):
        return {name: spoken(one, language) for name, one in value.items()}
    if isinstance(value, list):
        return [spoken(one, language) for one in value]
    return value
