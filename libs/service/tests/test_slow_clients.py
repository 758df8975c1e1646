"""Clients that send or read too slowly are let go, others do not notice them."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
import uvicorn
import uvloop
from channel_service.cli import _server_config
from channel_service.http.patience import CLOSED, PatientProtocol, patient
from channel_service.testing import Running

WINDOW = 0.8
HEAD = b"POST / HTTP/1.1\r\nHost: x\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Reads the body, then answers with its length; ``/early`` answers first, ``/endless`` never ends."""
    sized = [] if scope["path"] == "/endless" else [(b"content-length", b"8")]
    start = {"type": "http.response.start", "status": 200, "headers": sized}
    if scope["path"] == "/endless":
        await send(start)
        while True:
            await send({"type": "http.response.body", "body": b"0" * 65_536, "more_body": True})
            await asyncio.sleep(0)
    length, more = 0, scope["path"] != "/early"
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        length += len(message["body"])
        more = message["more_body"]
    if scope["path"] == "/slow":
        await asyncio.sleep(WINDOW * 2.5)
    await send(start)
    await send({"type": "http.response.body", "body": b"%8d" % length})


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A server in a thread, with windows of `WINDOW` seconds."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, loop="uvloop", http=patient(WINDOW), ws="none", lifespan="off", log_config=None))
    thread = threading.Thread(target=lambda: uvloop.run(server.serve([listening])), daemon=True)
    thread.start()
    yield listening.getsockname()[1]
    server.should_exit = server.force_exit = True
    thread.join(20)


def closed(phase: str) -> float:
    return float(CLOSED.labels(phase)._value.get())


def until(holds: Callable[[], bool]) -> None:
    limit = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < limit
        time.sleep(WINDOW / 20)


class Slow:
    """A client that sends ``begin``, then ``piece`` again and again; ``gone`` once the server has let go of it."""

    def __init__(self, port: int, begin: bytes, piece: bytes = b"", every: float = WINDOW / 8) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._begin, self._piece, self._every = begin, piece, every
        self.gone = threading.Event()
        threading.Thread(target=self._send, daemon=True).start()

    def _send(self) -> None:
        try:
            self.socket.sendall(self._begin)
            while True:
                time.sleep(self._every)
                if self._piece:
                    self.socket.sendall(self._piece)
                elif not self.socket.recv(1, socket.MSG_PEEK):
                    break
        except OSError:
            pass
        self.gone.set()

    def close(self) -> None:
        self.socket.close()


@pytest.fixture
def slow(port: int) -> Iterator[Callable[..., Slow]]:
    with ExitStack() as open_ones:

        def make(*given: Any, **named: Any) -> Slow:
            client = Slow(port, *given, **named)
            open_ones.callback(client.close)
            return client

        yield make


@pytest.mark.parametrize(
    ("phase", "begin", "piece"),
    [
        ("head", b"", b""),
        ("head", b"GET / HTTP/1.1\r\n", b""),
        ("head", b"GET / HTTP/1.1\r\nX-Name: ", b"a"),
        ("body", HEAD + b"Content-Length: 4000\r\n\r\n", b""),
        ("body", HEAD + b"Content-Length: 4000\r\n\r\n", b" "),
        ("body", CHUNKED, b"1\r\nx\r\n"),
    ],
)
def test_a_client_that_stalls_or_trickles_is_let_go(slow: Callable[..., Slow], phase: str, begin: bytes, piece: bytes) -> None:
    before = closed(phase)
    assert slow(begin, piece).gone.wait(20)
    assert closed(phase) == before + 1


def test_a_body_that_goes_on_after_its_refusal_is_not_read_for_ever(slow: Callable[..., Slow]) -> None:
    assert slow(b"POST /early HTTP/1.1\r\nHost: x\r\nContent-Length: 4000\r\n\r\n", b" ").gone.wait(20)


def test_many_slow_clients_do_not_slow_others(port: int, slow: Callable[..., Slow]) -> None:
    crowd = [slow(HEAD, b"x") for _ in range(60)] + [slow(CHUNKED, b"1\r\nx\r\n") for _ in range(60)]
    took = []
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
        while not all(one.gone.is_set() for one in crowd):
            began = time.monotonic()
            assert client.get("/").status_code == 200
            took.append(time.monotonic() - began)
            time.sleep(WINDOW / 20)
    assert sorted(took)[len(took) // 2] < WINDOW


def test_a_long_body_is_not_cut_while_it_moves(port: int) -> None:
    def body() -> Iterator[bytes]:
        for _ in range(24):
            yield b"x" * 1500
            time.sleep(WINDOW / 8)

    assert int(httpx.post(f"http://127.0.0.1:{port}", content=body(), timeout=20).text) == 24 * 1500


def test_our_own_time_is_not_counted(port: int) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
        assert client.get("/slow").status_code == 200
        # Waiting between requests is the business of keep-alive, not of patience.
        time.sleep(WINDOW * 2.5)
        assert client.get("/").status_code == 200


def test_a_client_that_reads_no_answer_is_let_go(slow: Callable[..., Slow]) -> None:
    before = closed("answer")
    slow(b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
    until(lambda: closed("answer") == before + 1)


def test_a_client_that_reads_a_long_answer_slowly_gets_all_of_it(port: int) -> None:
    with httpx.stream("GET", f"http://127.0.0.1:{port}/endless", timeout=20) as answer:
        read = 0
        for piece in answer.iter_raw(65_536):
            read += len(piece)
            time.sleep(WINDOW / 8)
            if read > 30 * 65_536:
                return
    pytest.fail(f"cut after {read} bytes")


@pytest.mark.parametrize(
    ("junk", "status", "code"),
    [
        (b"HELLO\r\n\r\n", 400, "malformed_request"),
        (b"\x16\x03\x01\x02", 400, "malformed_request"),
        (b"GET / HTTP/9.9\r\n\r\n", 400, "malformed_request"),
        (b"GET /" + b"a" * 66_000 + b" HTTP/1.1\r\n", 431, "head_too_large"),
        (b"GET /v1/rows?x=" + b"a" * 66_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 431, "head_too_large"),
        (HEAD + b"X-Name: " + b"a" * 66_000 + b"\r\n\r\n", 431, "head_too_large"),
        (HEAD + b"X-Name: a\r\n" * 6_000 + b"\r\n", 431, "head_too_large"),
    ],
)
def test_what_is_no_request_is_refused_with_a_problem(port: int, junk: bytes, status: int, code: str) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        client.sendall(junk)
        answer = b"".join(iter(lambda: client.recv(4096), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert b"application/problem+json" in head
    assert json.loads(body)["code"] == code


async def test_a_service_is_served_with_the_patience_of_its_settings(client: Running) -> None:
    config = _server_config(client.runtime.service, client.runtime.settings, client.runtime)
    assert isinstance(config.http, type)
    assert issubclass(config.http, PatientProtocol)
    assert config.http.seconds == client.runtime.settings.client_seconds == 10


def test_a_head_without_end_is_refused(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        client.sendall(b"GET / HTTP/1.1\r\n")
        for _ in range(20):
            try:
                client.sendall(b"X-Name: " + b"a" * 4000 + b"\r\n")
            except OSError:
                break
        assert client.recv(100).startswith(b"HTTP/1.1 431 ")
