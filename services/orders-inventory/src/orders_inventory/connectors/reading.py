"""Reading what a platform wrote: strict where a wrong guess would be a wrong number, tolerant of everything else."""

import json
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import ROUND_CEILING, Decimal
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from channel_events.pure import Rejected

T = TypeVar("T")
NULL = msgspec.Raw(b"null")
_DAY_LENGTH = 10
_FRACTION = Decimal(1).scaleb(-10)
_AMOUNT = re.compile(rb'(?P<quote>"?)(?P<amount>-?[0-9]{1,18}(?:\.[0-9]{1,10})?)(?P=quote)')


def parsed(body: bytes, model: type[T], *, check: Callable[[bytes], Any] | None = None) -> T:
    """The document as ``model``; `Rejected` (``push_unreadable``) with where and why it is none. Unknown fields are left out.
    ``check`` looks at all of it first."""
    try:
        if check is not None:
            check(body)
        return msgspec.json.decode(body, type=model)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise Rejected("push_unreadable", problem=_plain(error)) from None


def named_once(body: bytes) -> None:
    """``ValueError`` for a name twice in one object: others may read the first where we read the last. What is not read may hold
    anything else: a platform's notes and notices are no business of ours."""
    _NAMES(body.decode())


def _object(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("an object has the same name twice")


_NAMES = json.JSONDecoder(object_pairs_hook=_object, parse_int=str, parse_float=str).decode


def _plain(error: Exception) -> str:
    # Never the value itself: it may be a name or an address.
    return "it is nested too deep" if isinstance(error, RecursionError) else str(error)[:200]


def money(written: msgspec.Raw, field: str) -> Decimal:
    """An amount, exactly as written, as text or as a number; ``-0.00`` is 0.

    `Rejected` (``amount_invalid``) for null, blanks, NaN, exponents, other digits than 0 to 9, and more digits than are exact here.
    """
    found = _AMOUNT.fullmatch(bytes(written))
    if found is None:
        raise Rejected("amount_invalid", field=field)
    return Decimal(found["amount"].decode()) + 0  # a negative zero becomes zero


def unit_price(total: Decimal, quantity: int) -> Decimal:
    """The price of one when so many cost ``total``, rounded up to 10 decimals where it does not divide: what that makes too much is
    discount, so that the line's net stays exact."""
    price = total / quantity
    rounded = price.quantize(_FRACTION, rounding=ROUND_CEILING)
    return price if rounded == price and price * quantity == total else rounded


def moment(text: str | None, field: str) -> datetime | None:
    """A time as aware UTC: one without an offset is in UTC, as the platforms' ``_gmt`` fields are. ``None`` stays ``None``."""
    if text is None or text == "":
        return None
    try:
        read = datetime.fromisoformat(text)
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Rejected("time_invalid", field=field) from None


def store_moment(text: str | None, zone: str, field: str) -> datetime | None:
    """A time in the store's own zone, as aware UTC. In the hour that a clock repeats it is the first of the two."""
    if text is None or text == "":
        return None
    try:
        read = datetime.fromisoformat(text)
        return (read.replace(tzinfo=ZoneInfo(zone)) if read.tzinfo is None else read).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Rejected("time_invalid", field=field) from None


def business_date(at: datetime, zone: str, field: str) -> date:
    """The day in the source's zone."""
    try:
        return at.astimezone(ZoneInfo(zone)).date()
    except (ValueError, OverflowError):
        raise Rejected("time_invalid", field=field) from None


def day(text: str, field: str) -> date:
    """A date as ``2026-11-24``."""
    if len(text) == _DAY_LENGTH:
        with suppress(ValueError):
            return date.fromisoformat(text)
    raise Rejected("time_invalid", field=field)
