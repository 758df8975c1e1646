"""One system call for an answer: uvicorn writes its head and its body one by one, and each write to a socket is a call by itself."""

import asyncio
from typing import Any

AT_ONCE = 16_384
"""Bytes that are not held back: what comes in many pieces has to see at once when its client does not read."""


class Together:
    """A transport whose small writes in one turn of the loop become one."""

    __slots__ = ("_bytes", "_held", "_loop", "_transport")

    def __init__(self, transport: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._held: list[bytes] = []
        self._bytes = 0

    def write(self, data: bytes) -> None:
        if not self._held:
            self._loop.call_soon(self.flush)
        self._held.append(data)
        self._bytes += len(data)
        if self._bytes >= AT_ONCE:
            self.flush()

    def flush(self) -> None:
        if self._held:
            held, self._held, self._bytes = self._held, [], 0
            self._transport.write(b"".join(held))

    def close(self) -> None:
        self.flush()
        self._transport.close()

    def get_write_buffer_size(self) -> int:
        return self._bytes + int(self._transport.get_write_buffer_size())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
