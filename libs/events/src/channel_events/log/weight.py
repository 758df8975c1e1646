"""What states weigh in memory, estimated by their length as MessagePack, and that of a few only: it happens at each append."""

from typing import Any

import msgspec

from channel_events.log.draft import Entry

ENTRY_BYTES = 300
"""Of each cached stream whatever its state: its id, the id of its last event, and their places in tables."""
TIMES = 5
"""Bytes of Python objects for one byte of MessagePack. Measured: 3 for orders, 12 for dates and decimals."""
SHORT = 16
"""Versions up to which streams of a kind are taken to weigh about the same."""
OF = 16
"""Of so many such streams one is weighed."""
REMEMBERED = 50

_PACK = msgspec.msgpack.Encoder(enc_hook=repr).encode


class Scales:
    """Weighs the states of one log."""

    def __init__(self) -> None:
        self._means: dict[type, tuple[int, float]] = {}
        """By the type of states: how many were asked for, and what those weigh that were weighed lately."""

    def weigh(self, entry: Entry) -> int:
        """In bytes."""
        state, version, _ = entry
        if version >= SHORT:
            return weight(state)
        asked, mean = self._means.get(type(state), (0, 0.0))
        if asked % OF == 0:
            mean += (weight(state) - mean) / min(asked // OF + 1, REMEMBERED)
        self._means[type(state)] = (asked + 1, mean)
        return int(mean)


def weight(state: Any) -> int:
    """In bytes, as a part of the cache."""
    try:
        return ENTRY_BYTES + TIMES * len(_PACK(state))
    except Exception:  # msgpack knows no integers above 64 bits; a state that cannot be weighed must not fail a commit
        return ENTRY_BYTES + TIMES * len(repr(state))
