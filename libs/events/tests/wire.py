"""A TCP relay between a client and PostgreSQL that can lose what the server answers, as a dying network does."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

_WRITES = b"application_name\0qudao-log\0"
"""In what a client of PostgreSQL says first."""
_PARSED = b"1\0\0\0\x04"
_REASON = b"SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0"
_GOODBYE = b"E" + (len(_REASON) + 4).to_bytes(4, "big") + _REASON


class Wire:
    """``goodbye = True``: once, what answers the first step of a statement has a server's goodbye right behind it.
    ``deaf = True``: requests still reach the server, answers are lost; ``holding = True``: requests are on their way
    until `release`. Only of connections that write to a log: what others say meanwhile would be taken for it. `cut` then
    closes the client's side only, of all of them."""

    def __init__(self) -> None:
        self.deaf = self.holding = self.goodbye = False
        self.heard = asyncio.Event()
        self._held: list[tuple[asyncio.StreamWriter, bytes]] = []
        self._clients: list[asyncio.StreamWriter] = []

    def cut(self) -> None:
        for client in self._clients:
            client.transport.abort()
        self._clients.clear()

    def release(self) -> None:
        for server, data in self._held:
            server.write(data)
        self._held.clear()

    async def _serve(self, host: str, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients.append(writer)
        server_reader, server_writer = await asyncio.open_connection(host, port)

        writes = False

        async def forward(source: asyncio.StreamReader, target: asyncio.StreamWriter, *, answers: bool) -> None:
            nonlocal writes
            with contextlib.suppress(OSError):
                while data := await source.read(65536):
                    writes = writes or _WRITES in data
                    if answers and self.deaf and writes:
                        self.heard.set()
                        continue
                    if self.holding and writes and not answers:
                        self._held.append((target, data))
                        self.heard.set()
                        continue
                    if answers and self.goodbye and writes and data.startswith(_PARSED):
                        self.goodbye = False
                        target.write(data + _GOODBYE)
                        return
                    target.write(data)
                    await target.drain()

        try:
            await asyncio.gather(forward(reader, server_writer, answers=False), forward(server_reader, writer, answers=True))
        finally:
            server_writer.close()
            writer.close()


@asynccontextmanager
async def wire_to(dsn: str) -> AsyncIterator[tuple[Wire, str]]:
    """The relay and the DSN through it."""
    url = urlsplit(dsn)
    wire = Wire()
    tasks: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.create_task(wire._serve(url.hostname or "", url.port or 0, reader, writer)))

    listener = await asyncio.start_server(connected, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    try:
        yield wire, dsn.replace(f":{url.port}/", f":{port}/")
    finally:
        listener.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
