"""Slow clients: who sends or reads too slowly is let go, for each holds a connection, and a body half read holds memory.

uvicorn has no such limits. They are looked after by one timer a connection, not by one a request: fast requests pay for a
few assignments.
"""

import asyncio
from typing import Any

import msgspec
import structlog
from prometheus_client import Counter
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from channel_service.http.together import Together
from channel_service.problems.catalogue import COMMON
from channel_service.problems.render import MEDIA_TYPE, problem_body

CLOSED = Counter("qudao_http_slow_clients_closed_total", "Connections closed because their client was too slow.", ["phase"])

MIN_BYTES = 1024
"""What must move in every window of a body or an answer: a trickle of single bytes is no progress."""
MAX_HEAD_BYTES = 65_536
"""Of a request's line and headers together; the parser itself would take any number."""
_WINDOWS = {"head": 1, "body": 1, "answer": 3}
"""How many whole windows may pass; more for answers, which some clients read only when they have time."""

_ENCODE = msgspec.json.Encoder().encode
_log = structlog.get_logger("channel_service.http")


class PatientProtocol(HttpToolsProtocol):
    """``seconds`` is the length of a window: the head of a request must come within it, and of its body at least `MIN_BYTES`
    in each. A connection is closed one to two windows after it stalls. Time that we take ourselves does not count.
    """

    seconds = 10.0

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._message = 0  # counts requests: two looks at two requests are no stall
        self._in_head, self._in_body = True, False
        self._head_bytes = self._piece = self._moved = self._buffered = self._windows = 0
        self._stalled: tuple[str, int] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(Together(transport, self.loop))  # type: ignore[arg-type]
        self._timer = self.loop.call_later(self.seconds, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._moved += len(data)
        self._piece = len(data)
        super().data_received(data)
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
                self._refuse("head_too_large", limit=MAX_HEAD_BYTES)

    def send_400_response(self, msg: str) -> None:
        """What the parser does not take, or `on_headers_complete` refuses."""
        if self._head_is_too_large():
            self._refuse("head_too_large", limit=MAX_HEAD_BYTES)
        else:
            self._refuse("malformed_request")

    def _head_is_too_large(self) -> bool:
        # Heads that come in small pieces are counted as they come: this is for one that came whole in a large piece.
        if not self._in_head or self._head_bytes + self._piece <= MAX_HEAD_BYTES:
            return False
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers) > MAX_HEAD_BYTES

    def _refuse(self, code: str, **facts: Any) -> None:
        """What is no request yet is answered with a problem as well, though no application sees it."""
        problem = COMMON[code]
        body = _ENCODE(problem_body(problem, "en", facts, instance="", request_id=None))
        head = b"content-type: " + MEDIA_TYPE.encode() + b"\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(body)
        self.transport.write(STATUS_LINE[problem.status] + head + body)
        self.transport.close()

    def on_message_begin(self) -> None:
        self._message += 1
        self._in_head, self._head_bytes = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        if self._head_is_too_large():
            raise ValueError  # for the parser: it ends, and has the request refused
        self._in_head, self._in_body = False, True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_body = False
        super().on_message_complete()

    def resume_writing(self) -> None:
        self._moved += MIN_BYTES  # the client has taken what was waiting for it
        super().resume_writing()

    def _look(self) -> None:
        self._timer = self.loop.call_later(self.seconds, self._look)
        buffered = self.transport.get_write_buffer_size()
        moved, self._moved = self._moved + max(0, self._buffered - buffered), 0
        self._buffered = buffered
        phase = self._waiting_for()
        if phase is None or (phase != "head" and moved >= MIN_BYTES) or self._stalled != (phase, self._message):
            self._stalled, self._windows = None if phase is None else (phase, self._message), 0
            return
        self._windows += 1
        if self._windows >= _WINDOWS[phase]:
            CLOSED.labels(phase).inc()
            _log.debug("slow client let go", phase=phase)
            self.transport.abort()

    def _waiting_for(self) -> str | None:
        """What the client owes us now: the rest of a head or body, or that it reads its answer."""
        if self._in_head:
            return "head"
        if self.flow.write_paused:
            return "answer"
        asked_for = not self.flow.read_paused and not self.cycle.waiting_for_100_continue
        return "body" if self._in_body and asked_for else None


def patient(seconds: float) -> type[PatientProtocol]:
    """The protocol with windows of this length."""
    return type("PatientProtocol", (PatientProtocol,), {"seconds": seconds})
