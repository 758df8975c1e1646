"""What a log line says of an error: its kind, where it was, and no value."""

import asyncpg
import msgspec
import pytest
import sqlalchemy as sa
from aiokafka.errors import KafkaConnectionError
from channel_events.log import LogUnavailable
from channel_events.pure import Rejected
from channel_events.told import told, traced
from sqlalchemy.ext.asyncio import create_async_engine

from .specimen import MarblesTaken

NAME = "Harbour Sports"


async def of_database(database: str, sql: str) -> asyncpg.PostgresError:
    connection = await asyncpg.connect(database)
    try:
        await connection.execute(f"create temporary table people (name text primary key); insert into people values ('{NAME}')")
        with pytest.raises(asyncpg.PostgresError) as failed:
            await connection.execute(sql)
        return failed.value
    finally:
        await connection.close()


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (f"insert into people values ('{NAME}')", "UniqueViolationError: 23505 people people_pkey"),
        (f"select '{NAME}'::int", "InvalidTextRepresentationError: 22P02"),
        ("select * from nothing", 'UndefinedTableError: 42P01 relation "nothing" does not exist'),
    ],
)
async def test_a_database_error_is_told_without_the_row(database: str, sql: str, expected: str) -> None:
    assert told(await of_database(database, sql)) == expected


async def test_an_error_is_told_through_what_wraps_it(database: str) -> None:
    engine = create_async_engine(database.replace("postgresql://", "postgresql+asyncpg://"))
    async with engine.connect() as connection:
        with pytest.raises(sa.exc.DBAPIError) as failed:
            await connection.execute(sa.text("select cast(cast(:name as text) as int)"), {"name": NAME})
    await engine.dispose()
    assert told(failed.value) == "InvalidTextRepresentationError: 22P02"
    assert NAME not in traced(failed.value)


def test_what_is_wrong_with_data_is_told_without_the_data() -> None:
    with pytest.raises(msgspec.ValidationError) as failed:
        msgspec.convert({"count": NAME, "occurred_on": "2026-01-31"}, MarblesTaken)
    assert told(failed.value) == "ValidationError: Expected `int`, got `str` - at `$.count`"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ConnectionRefusedError(111, "Connection refused"), "ConnectionRefusedError: [Errno 111] Connection refused"),
        (KafkaConnectionError("no broker answers at kafka:9092"), "KafkaConnectionError: no broker answers at kafka:9092"),
        (LogUnavailable("the log is closing"), "LogUnavailable: the log is closing"),
        (Rejected("partner_unknown", partner=NAME), "Rejected: partner_unknown"),
        (KeyError(NAME), "KeyError"),
        (ValueError(NAME), "ValueError"),
        (TimeoutError(), "TimeoutError"),
    ],
)
def test_connections_and_our_own_parts_speak_others_only_have_a_kind(error: Exception, expected: str) -> None:
    assert told(error) == expected


def test_a_traceback_shows_the_way_and_what_led_to_it_without_texts() -> None:
    def refuse() -> None:
        try:
            {NAME: 1}.pop(NAME + NAME)
        except KeyError as error:
            raise ExceptionGroup("several", [ValueError(NAME)]) from error

    with pytest.raises(ExceptionGroup) as failed:
        refuse()
    shown = traced(failed.value)
    assert NAME not in shown
    assert [line for line in shown.splitlines() if not line.startswith(" ")] == [
        "KeyError",
        "which led to:",
        "ExceptionGroup",
        "ValueError",
    ]
    assert "in refuse" in shown
