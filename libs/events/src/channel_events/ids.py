"""Random ids that sort by time."""

import os
import time
from uuid import UUID


def new_id() -> UUID:
    """A UUID version 7 (RFC 9562): 48 bits of milliseconds, 74 random bits.

    Random, never derived: that an event's id is in the log proves that this very write happened, which positions or
    hashes of content could not. The time in front keeps the unique index dense at its right end.
    """
    random = int.from_bytes(os.urandom(10), "big")
    return UUID(int=(time.time_ns() // 1_000_000) << 80 | 0x7 << 76 | (random >> 68) << 64 | 0b10 << 62 | random & (1 << 62) - 1)
