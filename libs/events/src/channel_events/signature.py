"""Which records of a topic come from who has its key: each carries a code over all that a reader takes from it.

A broker that everybody on a machine can reach takes records from everybody, and one that was made up, with a position that is
yet to come, would change figures and fork a partition. A record without its code is not there, for readers and for the relay,
which sends what it does not find.
"""

import base64
import hmac
import time
from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec
import structlog

from channel_events import telemetry
from channel_events.once import Once

HEADER = "signature"
KEY_BYTES = 32
_ENCODE = msgspec.msgpack.Encoder().encode
_TOLD_EVERY = 60.0
"""Seconds between two log lines about one topic: whoever sends such records may send many."""

_log = structlog.get_logger("channel_events.signature")


def read_topic_key(text: str) -> bytes:
    """The key as settings have it, in base64; `ValueError` when it is none."""
    key = base64.b64decode(text, validate=True)
    if len(key) != KEY_BYTES:
        raise ValueError(f"not a key of {KEY_BYTES} bytes")
    return key


class Signature:
    """The codes of one topic: HMAC-SHA256 by ``key`` over topic, partition, key, value and headers, as hexadecimal digits."""

    def __init__(self, key: bytes, topic: str) -> None:
        self._key, self._topic, self._checked = key, topic, _checked(key, topic)
        self._told = -_TOLD_EVERY

    def of(self, partition: int, key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes]]) -> bytes:
        """The code. It holds in this place only: a record that is sent again elsewhere is none."""
        return _code(self._key, self._topic, partition, key, value, headers)

    def only_signed(self, records: Sequence[Any]) -> list[Any]:
        """Those that carry their code, in their order; the others are counted."""
        signed = [record for record in records if self._checked(record)]
        if unsigned := len(records) - len(signed):
            self._tell(unsigned)
        return signed

    def _tell(self, unsigned: int) -> None:
        telemetry.UNSIGNED.labels(self._topic).inc(unsigned)
        if time.monotonic() - self._told > _TOLD_EVERY:
            self._told = time.monotonic()
            _log.warning("unsigned_records", topic=self._topic, records=unsigned)


@cache
def _checked(secret: bytes, topic: str) -> Once[bool]:
    """Whether a record carries its code: looked at once, however many readers of a process get it."""

    def holds(record: Any) -> bool:
        headers = [tuple(header) for header in record.headers]
        if not headers or headers[-1][0] != HEADER:
            return False
        return hmac.compare_digest(headers[-1][1], _code(secret, topic, record.partition, record.key, record.value, headers[:-1]))

    return Once(holds)


def _code(secret: bytes, topic: str, partition: int, key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes]]) -> bytes:
    said = _ENCODE((topic, partition, key, value, headers))
    return hmac.digest(secret, said, "sha256").hex().encode()
