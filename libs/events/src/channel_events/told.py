"""What a log line may say of an error: enough to act on, nothing of the data it was about.

The texts of many errors quote values: a unique key's, a row's, an argument's. Those values are names, addresses, prices.
"""

import asyncio
import re
import traceback
from collections.abc import Iterator

import asyncpg
import msgspec
import sqlalchemy as sa
from aiokafka.errors import KafkaError

from channel_events.lost import DRIVER_LOST
from channel_events.pure import Rejected

_SPEAK = (OSError, TimeoutError, asyncio.IncompleteReadError, *DRIVER_LOST, KafkaError)
"""Errors of machines and connections: they know nothing but addresses."""
_OURS = frozenset({"channel_events", "channel_service"})
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")


def told(error: BaseException) -> str:
    """The kind of error, and its text where that cannot hold a value; of a database error what is not data."""
    if isinstance(error, sa.exc.DBAPIError):
        # SQLAlchemy wraps the driver's adapter, which wraps the driver's error.
        return told(error.orig.__cause__ or error.orig) if error.orig is not None else type(error).__name__
    if isinstance(error, asyncpg.InterfaceError) and isinstance(error.__context__, asyncpg.PostgresConnectionError):
        return told(error.__context__)  # a rollback on a lost connection says only that it is closed, not why
    kind = type(error).__name__
    if isinstance(error, asyncpg.PostgresError):
        return f"{kind}: {_of_database(error)}"
    if isinstance(error, Rejected):
        return f"{kind}: {error.code}"
    if isinstance(error, msgspec.MsgspecError):
        return f"{kind}: {_QUOTED.sub('...', str(error))}"
    if isinstance(error, _SPEAK) or type(error).__module__.partition(".")[0] in _OURS:
        said = str(error).removeprefix(f"{kind}: ")  # aiokafka's begin with their own name
        return f"{kind}: {said}" if said else kind
    return kind


def traced(error: BaseException) -> str:
    """The traceback of an error and of those that led to it, with `told` in place of their texts."""
    return "\n".join(_lines(error, set()))


def _of_database(error: asyncpg.PostgresError) -> str:
    """SQLSTATE and where; the server's message only outside classes 22 and 23, whose messages quote the data."""
    state = error.sqlstate or "no SQLSTATE"
    names = [name for name in (getattr(error, "table_name", None), getattr(error, "constraint_name", None)) if name]
    message = "" if state[:2] in {"22", "23"} else str(error.args[0] if error.args else "")
    return " ".join([state, *names, message]).strip()


def _lines(error: BaseException, seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    led = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if led is not None and id(led) not in seen:
        yield from _lines(led, seen)
        yield "which led to:"
    yield from (line.rstrip() for line in traceback.format_tb(error.__traceback__))
    yield told(error)
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _lines(one, seen)
