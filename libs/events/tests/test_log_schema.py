"""The tables themselves keep the promise that a log is append-only."""

import asyncpg
import pytest


async def test_an_event_can_be_neither_changed_nor_removed(database: str) -> None:
    connection = await asyncpg.connect(database)
    try:
        await connection.execute(
            "insert into event values (1, gen_random_uuid(), 's/1', 1, 't', '{}', null, now(), current_date, null, null, null, 'a')"
        )
        for statement in ("update event set type = 'x'", "delete from event", "truncate event"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
                await connection.execute(statement)
    finally:
        await connection.close()
