"""A TCP relay between a client and PostgreSQL that can lose what the server answers, as a dying network does."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit


class Wire:
    """``deaf = True``: requests still reach the server, answers are lost; ``holding = True``: requests are on their way
    until `release`. `cut` then closes the client's side only."""

    def __init__(self) -> None:
        self.deaf = self.holding = False
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

        async def forward(source: asyncio.StreamReader, target: asyncio.StreamWriter, *, answers: bool) -> None:
            with contextlib.suppress(OSError):
                while data := await source.read(65536):
                    if answers and self.deaf:
                        self.heard.set()
                        continue
                    if self.holding and not answers:
                        self._held.append((target, data))
                        self.heard.set()
                        continue
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
