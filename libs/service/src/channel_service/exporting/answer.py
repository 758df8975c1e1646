"""An export as an HTTP answer: streamed from one snapshot, and never longer than its client reads."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from channel_events.pure import Rejected
from fastapi import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from channel_service.lost import Stalled

STALL_SECONDS = 30.0
"""How long a client may take for one part: a snapshot that is kept open keeps the database from tidying up."""
TOTAL_SECONDS = 1800.0
"""How long an export may take in all."""

Parts = Callable[[], AbstractAsyncContextManager[AsyncIterator[bytes]]]
"""Opens what the export needs and makes its parts."""


class Export(Response):
    """The first part is made before the answer begins, so that what cannot be exported is a problem and no broken file.

    At most a third of the database connections serve exports; more are refused with ``exports_busy``.
    """

    def __init__(self, request: Request, name: str, media_type: str, parts: Parts) -> None:
        super().__init__(media_type=media_type)
        del self.headers["content-length"]
        self.headers["content-disposition"] = f'attachment; filename="{name}"'
        self.headers["cache-control"] = "no-store"
        self._request, self._parts = request, parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with _Place(self._request):
            leaving = asyncio.create_task(_left(receive))
            try:
                async with asyncio.timeout(TOTAL_SECONDS), self._parts() as parts:
                    await self._send(parts, send, leaving)
            except TimeoutError:
                raise Stalled(f"the export took longer than {TOTAL_SECONDS:.0f} s") from None
            finally:
                leaving.cancel()
                await asyncio.wait([leaving])

    async def _send(self, parts: AsyncIterator[bytes], send: Send, leaving: asyncio.Task[None]) -> None:
        part = await anext(parts, None)
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        while part is not None:
            if leaving.done():
                return
            if part:
                await _taken(send, part)
            part = await anext(parts, None)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


class _Place:
    """One of the places for exports of this process."""

    def __init__(self, request: Request) -> None:
        self._app = request.app
        self._most = max(1, request.app.state.runtime.settings.database_connections // 3)

    def __enter__(self) -> None:
        running = getattr(self._app.state, "exports", 0)
        if running >= self._most:
            raise Rejected("exports_busy", running=running)
        self._app.state.exports = running + 1

    def __exit__(self, *_: object) -> None:
        self._app.state.exports -= 1


async def _taken(send: Send, part: bytes) -> None:
    try:
        async with asyncio.timeout(STALL_SECONDS):
            await send({"type": "http.response.body", "body": part, "more_body": True})
    except TimeoutError:
        raise Stalled(f"the client took nothing for {STALL_SECONDS:.0f} s") from None


async def _left(receive: Receive) -> None:
    message: Any = {"type": "http.request"}
    while message["type"] != "http.disconnect":
        message = await receive()
