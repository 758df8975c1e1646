"""An event as the log holds it; what it cannot hold is refused before it is written with others, which would fail with it."""

import math
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec

from channel_events.pure import Rejected

MAX_EVENT_BYTES = 900_000
"""Of one event's data: a Kafka record of the usual limit (1 MiB) must hold it with its headers."""

_ENCODE = msgspec.json.Encoder().encode
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


def encoded(event: Any) -> bytes:
    """The event as JSON; `Rejected` for what PostgreSQL or Kafka would refuse, or what would not come back as it went."""
    try:
        data = _ENCODE(event)
    except UnicodeEncodeError:
        raise Rejected("unstorable_text") from None
    if len(data) > MAX_EVENT_BYTES:
        raise Rejected("event_too_large", bytes=len(data), limit=MAX_EVENT_BYTES)
    if b"\\" in data and _NUL.search(data):
        raise Rejected("unstorable_text")
    # JSON has no NaN and no infinity: a float that is one becomes null, which no reader takes for a number ever after, and
    # a Decimal its name, which every sum it enters turns into.
    if b"NaN" in data or b"Infinity" in data or (b"null" in data and not _comes_back(event, data)):
        _refuse_unfinite(event)
    return data


def _comes_back(event: Any, data: bytes) -> bool:
    """Whether each null is one: quicker to ask than to look at every value, and events with nulls are many."""
    fields = type(event).__struct_fields__
    if not type(event).__struct_config__.omit_defaults and data.count(b"null") == [getattr(event, one) for one in fields].count(None):
        return True
    try:
        return bool(msgspec.json.decode(data, type=type(event)) == event)
    except Exception:
        return False


def _refuse_unfinite(event: Any) -> None:
    for place, value in _values(msgspec.to_builtins(event, builtin_types=(Decimal,)), ()):
        if not (value.is_finite() if isinstance(value, Decimal) else math.isfinite(value)):
            raise Rejected("unstorable_number", field=".".join(place), number=str(value))


def _values(value: Any, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], float | Decimal]]:
    """Every number that may be none, with its place."""
    if isinstance(value, float | Decimal):
        yield place, value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from _values(name, (*place, "key"))
            yield from _values(one, (*place, str(name)))
    elif isinstance(value, list | tuple):
        for number, one in enumerate(value):
            yield from _values(one, (*place, str(number)))
