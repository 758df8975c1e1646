"""Ends that are nobody's bug: the database is away, and a repeat may help; a client takes nothing."""

import asyncpg
from channel_events.log import DRIVER_LOST
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout


class Unavailable(Exception):
    """The database gives no connection now."""


class Stalled(Exception):
    """The client does not read, or reads too slowly: its connection is closed, so it sees that the file is not whole."""


AWAY = (
    Unavailable,
    OperationalError,
    InterfaceError,
    PoolTimeout,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # 57: shutting down, starting up, timed out
    asyncpg.InsufficientResourcesError,  # 53: too many connections, disk full
    *DRIVER_LOST,
    ConnectionError,
    TimeoutError,
)


def is_away(error: BaseException) -> bool:
    return isinstance(error, AWAY) or bool(getattr(error, "connection_invalidated", False))
