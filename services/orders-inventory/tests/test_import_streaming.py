"""An import over a real socket: the file may be longer than any buffer, and the client may read when it likes."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn
from channel_service.testing import Running, bearer
from qudao_local.ports import free_port

SECONDS = 60
TOKEN = f"Authorization: {bearer()['authorization']}\r\n".encode()


@pytest.fixture
async def port(client: Running) -> AsyncIterator[int]:
    """Where the service's routes answer over HTTP/1.1."""
    transport: Any = client._transport
    config = uvicorn.Config(transport.app, port=free_port(), loop="asyncio", http="httptools", lifespan="off", log_config=None, ws="none")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    yield config.port
    # A test that failed may have left a connection that would be waited for.
    server.should_exit = server.force_exit = True
    await serving


async def test_a_client_that_sends_first_and_reads_later_is_answered(port: int) -> None:
    # Both ways more than sockets buffer: else nobody would have to wait for anybody.
    rows, row = 60_000, b'{"kind": "order"}' + b" " * 1000 + b"\n"
    narrow = socket.create_connection(("127.0.0.1", port))
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
    reader, writer = await asyncio.open_connection(sock=narrow)
    head = f"POST /v1/imports/orders HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nContent-Length: {len(row) * rows}\r\n"
    async with asyncio.timeout(SECONDS):
        writer.write(head.encode() + TOKEN + b"Connection: close\r\n\r\n")
        for _ in range(rows // 1000):
            writer.write(row * 1000)
            await writer.drain()
        answer = await reader.read()
    writer.close()
    assert answer.endswith(b"\r\n0\r\n\r\n")
    summary = json.loads(answer[answer.rindex(b'{"summary"') :].partition(b"\n")[0])["summary"]
    assert summary["refused"] == summary["rows"] == rows


async def test_results_come_while_the_file_is_still_being_sent(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    async with asyncio.timeout(SECONDS):
        writer.write(
            b"POST /v1/imports/orders HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n"
            + TOKEN
            + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\n{\n\r\n2\r\n{\n\r\n"
        )
        assert b"malformed_json" in await reader.readuntil(b'"refused"') + await reader.readuntil(b"malformed_json")
        writer.write(b"0\r\n\r\n")
        assert b'"refused":2' in await reader.read()
    writer.close()


async def test_a_client_that_leaves_in_the_middle_leaves_whole_orders_behind(port: int, client: Running) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    row = b'{"kind": "warehouse", "warehouse": "SH", "name": "x"}\n'
    writer.write(
        b"POST /v1/imports/orders HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n"
        + TOKEN
        + b"Content-Length: 1000\r\n\r\n"
        + row
        + row[:20]
    )
    await writer.drain()
    async with asyncio.timeout(SECONDS):
        while await client.runtime.log.head() != 1:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    writer.close()
    assert (await client.get("/health/live")).status_code == 200
