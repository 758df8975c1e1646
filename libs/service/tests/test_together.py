"""Writes of one turn of the loop are one, in order, and none is held back for long or in number."""

import asyncio
from typing import Any

from channel_service.http.together import AT_ONCE, Together
from channel_service.testing import Running, listening


class Wire:
    """A transport that remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def write(self, data: bytes) -> None:
        self.told.append(data)

    def close(self) -> None:
        self.told.append("close")

    def get_write_buffer_size(self) -> int:
        return 7

    def is_closing(self) -> bool:
        return "close" in self.told


async def test_small_writes_of_one_turn_are_one() -> None:
    wire = Wire()
    together = Together(wire, asyncio.get_running_loop())
    together.write(b"head")
    together.write(b"body")
    assert (wire.told, together.get_write_buffer_size()) == ([], 15)
    await asyncio.sleep(0)
    assert wire.told == [b"headbody"]
    together.write(b"next")
    await asyncio.sleep(0)
    assert wire.told == [b"headbody", b"next"]


async def test_what_was_written_goes_before_the_end() -> None:
    wire = Wire()
    together = Together(wire, asyncio.get_running_loop())
    together.write(b"last words")
    together.close()
    await asyncio.sleep(0)
    assert wire.told == [b"last words", "close"]
    assert together.is_closing()


async def test_large_writes_are_not_held_back() -> None:
    wire = Wire()
    together = Together(wire, asyncio.get_running_loop())
    together.write(b"head")
    together.write(b"x" * AT_ONCE)
    assert wire.told == [b"head" + b"x" * AT_ONCE]


async def test_an_answer_is_whole_over_a_real_connection_that_closes(client: Running) -> None:
    async with listening(client) as address:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(address.rpartition(":")[2]))
        writer.write(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\nGET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answer = await asyncio.wait_for(reader.read(), 10)
        writer.close()
    assert answer.count(b"HTTP/1.1 200 OK") == answer.count(b"HTTP/1.1 404 Not Found") == 1
    assert answer.endswith(b"}")
