"""An answer that is written while the request is still being read."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

MAX_UNSENT = 16 * 1_048_576
"""Bytes of lines kept for a client that does not read yet."""


class Duplex(Response):
    """Sends the parts as the client takes them, and goes on making them meanwhile.

    Many clients read nothing before they have sent everything; waiting for them to read would stand still for ever
    (test_a_client_that_sends_first_and_reads_later_is_answered). So parts wait in memory, up to ``MAX_UNSENT`` bytes: ``unsent``
    tells the maker how many do, and it is the maker who leaves out what can be left out.
    Not Starlette's StreamingResponse: with uvicorn it reads the request itself, to see the client leave, and so eats the body.
    """

    def __init__(self, make: "Callable[[Duplex], AsyncIterator[bytes]]", media_type: str) -> None:
        super().__init__(media_type=media_type)
        del self.headers["content-length"]
        self._parts = make(self)
        self._waiting: deque[bytes] = deque()
        self.unsent = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        arrived = asyncio.Event()
        making = asyncio.create_task(self._make(arrived))
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            while self._waiting or not making.done():
                if not self._waiting:
                    arrived.clear()
                    await arrived.wait()
                while self._waiting:
                    parts = b"".join(self._waiting)
                    self._waiting.clear()
                    self.unsent = 0
                    await send({"type": "http.response.body", "body": parts, "more_body": True})
            await making
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            making.cancel()
            await asyncio.wait([making])

    async def _make(self, arrived: asyncio.Event) -> None:
        try:
            async for part in self._parts:
                self._waiting.append(part)
                self.unsent += len(part)
                arrived.set()
        finally:
            arrived.set()
