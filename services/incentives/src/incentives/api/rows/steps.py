"""Rows of what happens to something that is here."""

from typing import Any

from channel_service.importing import Importable


def step(kind: str, example: Any, *key: str, use: Any = None) -> Importable[Any]:
    """What happens to something that is here: of a kind once a day, unless the row has a key of its own."""
    return Importable(kind, type(example), use=use, key=[*key, "on"], required=["on"], example=example)
