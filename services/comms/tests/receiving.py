"""A real HTTP server to which webhooks are sent, and which deals with them as it is told."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple


class Received(NamedTuple):
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def said(self) -> Any:
        return json.loads(self.body)


Deal = Callable[[Received, asyncio.StreamWriter], Awaitable[None]]


def answer(status: int, *headers: str) -> Deal:
    """Says this, and closes."""

    async def deal(_: Received, writer: asyncio.StreamWriter) -> None:
        lines = [f"HTTP/1.1 {status} said", "content-length: 0", *headers, "", ""]
        writer.write("\r\n".join(lines).encode())
        await writer.drain()

    return deal


async def hang(_: Received, __: asyncio.StreamWriter) -> None:
    await asyncio.sleep(3600)


def late(seconds: float) -> Deal:
    async def deal(received: Received, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(seconds)
        await answer(204)(received, writer)

    return deal


async def endless(_: Received, writer: asyncio.StreamWriter) -> None:
    """200, and a body that never ends."""
    writer.write(b"HTTP/1.1 200 ok\r\ncontent-type: text/plain\r\n\r\n")
    while True:
        writer.write(b"x" * 65_536)
        await writer.drain()


class Receiver:
    """``received`` in order; ``deals`` are used up one by one, the last stays."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.deals: list[Deal] = [answer(204)]
        self.url = ""
        self._open: set[asyncio.Task[Any]] = set()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Receiver"]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            server.close()
            for task in self._open:
                task.cancel()
            await asyncio.gather(*self._open, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            with suppress(asyncio.CancelledError):  # the test is over, and asyncio's server would call it an error
                await self._answer(reader, writer)
        finally:
            writer.transport.abort()
            self._open.discard(task)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            received = Received(head[0].split(" ")[1], headers, body)
            self.received.append(received)
            deal = self.deals.pop(0) if len(self.deals) > 1 else self.deals[0]
            await deal(received, writer)
            writer.close()
            await writer.wait_closed()
