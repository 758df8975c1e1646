"""Between a process and its PostgreSQL: counts what they say to each other, and cuts connections as a network does.

What is counted is what the server answers, so nothing that a library does by itself is left out.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple, Self
from urllib.parse import urlsplit

READY, COMPLETE, SUSPENDED = ord("Z"), ord("C"), ord("s")
"""Suspended: it gave as many rows as were asked for."""


class Counted(NamedTuple):
    """``trips``: the server said that it is ready for more. ``statements`` that it carried out, begin and commit among them.
    ``transactions``: it was ready and outside of any."""

    trips: int
    statements: int
    transactions: int


class Wire:
    """A proxy at ``url``, which is that of the database but for host and port."""

    def __init__(self, url: str) -> None:
        self._server = urlsplit(url)
        self.url = url
        self._counted = Counted(0, 0, 0)
        self._dead: set[asyncio.StreamWriter] = set()
        self._open: set[asyncio.StreamWriter] = set()
        self.opened = 0

    @classmethod
    @asynccontextmanager
    async def to(cls, url: str) -> AsyncIterator[Self]:
        wire = cls(url)
        server = await asyncio.start_server(wire._between, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        address = wire._server._replace(netloc=f"{wire._server.username}@127.0.0.1:{port}", query="sslmode=disable")
        wire.url = address.geturl()
        try:
            yield wire
        finally:
            server.close()
            for one in wire._open:
                one.close()

    def counted(self) -> Counted:
        """Since this was asked last."""
        counted, self._counted = self._counted, Counted(0, 0, 0)
        return counted

    def die(self) -> None:
        """The connections of now are dead, which who uses them next finds out by that."""
        self._dead |= self._open

    async def _between(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.opened += 1
        self._open.add(writer)
        theirs, server = await asyncio.open_connection(self._server.hostname, self._server.port)
        try:
            async with asyncio.TaskGroup() as both:
                answers = both.create_task(self._answers(theirs, writer))
                while said := await reader.read(1 << 16):
                    if writer in self._dead:
                        break
                    server.write(said)
                answers.cancel()
        except* OSError:
            pass
        finally:
            self._open.discard(writer)
            for one in (server, writer):
                with suppress(OSError, RuntimeError):
                    one.close()

    async def _answers(self, theirs: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held = b""
        while got := await theirs.read(1 << 16):
            held = self._count(held + got)
            writer.write(got)
            await writer.drain()
        writer.close()

    def _count(self, held: bytes) -> bytes:
        """What is left behind the last whole message."""
        at, (trips, statements, transactions) = 0, self._counted
        while len(held) >= at + 5 and len(held) > (end := at + int.from_bytes(held[at + 1 : at + 5], "big")):
            trips += held[at] == READY
            transactions += held[at] == READY and held[at + 5] == ord("I")
            statements += held[at] in (COMPLETE, SUSPENDED)
            at = end + 1
        self._counted = Counted(trips, statements, transactions)
        return held[at:]
