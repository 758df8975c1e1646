"""A TCP relay that can fall silent: it stops passing bytes on, closes nothing, and still takes new connections."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from qudao_local.broker import Broker
from qudao_local.ports import free_port


class Quiet:
    """``speaking`` cleared: what is sent lies here; set again, it goes on, with what was held back."""

    def __init__(self) -> None:
        self.speaking = asyncio.Event()
        self.speaking.set()
        self.port = 0

    async def serve(self, host: str, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers = [writer]
        try:
            await self.speaking.wait()
            with contextlib.suppress(OSError):
                server_reader, server_writer = await asyncio.open_connection(host, port)
                writers.append(server_writer)
                await asyncio.gather(self._pass(reader, server_writer), self._pass(server_reader, writer))
        finally:
            for one in writers:
                one.transport.abort()

    async def _pass(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while data := await source.read(65536):
            await self.speaking.wait()
            target.write(data)
            await target.drain()
        await self.speaking.wait()
        target.close()


@asynccontextmanager
async def quiet_to(host: str, port: int, own_port: int = 0) -> AsyncIterator[Quiet]:
    """The relay, on any free port or a given one."""
    quiet = Quiet()
    tasks: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.create_task(quiet.serve(host, port, reader, writer)))

    listener = await asyncio.start_server(connected, "127.0.0.1", own_port)
    quiet.port = listener.sockets[0].getsockname()[1]
    try:
        yield quiet
    finally:
        listener.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def quiet_database(dsn: str) -> AsyncIterator[tuple[Quiet, str]]:
    """The relay to the PostgreSQL of this DSN, and the DSN through it."""
    address = dsn.split("@", 1)[1].split("/", 1)[0]
    host, port = address.rsplit(":", 1)
    async with quiet_to(host, int(port)) as quiet:
        yield quiet, dsn.replace(address, f"{host}:{quiet.port}")


class _Advertised(Broker):
    """A broker that tells its clients to come by another port."""

    def __init__(self, port: int, log: Path, advertised: int) -> None:
        super().__init__(port, log)
        self._advertised = advertised

    def command(self) -> list[Any]:
        command = list(super().command())
        command[command.index("--advertised-listener-url") + 1] = f"tcp://127.0.0.1:{self._advertised}"
        return command


@asynccontextmanager
async def quiet_broker(folder: Path) -> AsyncIterator[tuple[Quiet, str]]:
    """A broker of its own behind the relay, and its address through it."""
    through = free_port()
    broker = _Advertised(free_port(), folder / "broker.log", through)
    broker.start()
    try:
        async with quiet_to("127.0.0.1", broker.port, through) as quiet:
            yield quiet, f"127.0.0.1:{through}"
    finally:
        broker.kill()
