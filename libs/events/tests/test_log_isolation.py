"""The log is written in transactions that see, with each statement, what was committed before it."""

import asyncio

import pytest
from channel_events import Actor, On, Rejected, UnsafeServer
from channel_events.log import connect

from .conftest import OpenLog
from .moving import rows
from .specimen import JAR, Put, Take

ANN = Actor("ann")
LEVELS = ["repeatable read", "serializable"]


async def make_default(database: str, level: str) -> None:
    name = database.rsplit("/", 1)[1]
    await rows(database, f"alter database \"{name}\" set default_transaction_isolation = '{level}'")


@pytest.mark.parametrize("level", LEVELS)
async def test_what_a_database_or_role_has_as_default_does_not_matter(open_log: OpenLog, database: str, level: str) -> None:
    await make_default(database, level)
    logs = [await open_log(), await open_log()]
    await logs[0].execute(On(JAR, "red", Put(20)), by=ANN)
    answers = await asyncio.gather(*(logs[n % 2].execute(On(JAR, "red", Take(1)), by=ANN) for n in range(30)), return_exceptions=True)
    assert sum(isinstance(answer, Rejected) for answer in answers) == 10
    assert [answer for answer in answers if isinstance(answer, BaseException) and not isinstance(answer, Rejected)] == []


@pytest.mark.parametrize("level", LEVELS)
async def test_a_server_on_which_it_does_not_get_through_is_refused(
    open_log: OpenLog, database: str, level: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As behind a pooler that drops what is asked for when connecting."""
    await make_default(database, level)
    monkeypatch.delitem(connect._SETTINGS, "default_transaction_isolation")
    with pytest.raises(UnsafeServer, match=f"transactions are {level}"):
        await open_log()
