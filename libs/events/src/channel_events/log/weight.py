"""What a state weighs in memory, estimated from its length as MessagePack: exact enough for a bound, at a microsecond."""

from typing import Any

import msgspec

ENTRY_BYTES = 500
"""Of each cached stream whatever its state: its id, the id of its last event, and their places in tables."""
TIMES = 5
"""Bytes of Python objects for one byte of MessagePack (measured on orders, see test_states.py)."""

_PACK = msgspec.msgpack.Encoder(enc_hook=repr).encode


def weight(state: Any) -> int:
    """In bytes."""
    try:
        return ENTRY_BYTES + TIMES * len(_PACK(state))
    except Exception:  # msgpack knows no integers above 64 bits; a state that cannot be weighed must not fail a commit
        return ENTRY_BYTES + TIMES * len(repr(state))
