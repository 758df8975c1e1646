"""What the edge of the HTTP application says and refuses, whatever the route is."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from channel_service.lost import Stalled
from channel_service.testing import Running, bearer
from fastapi import FastAPI
from prometheus_client import REGISTRY
from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse
from structlog.testing import capture_logs

HOST = (b"host", b"specimen")


@pytest.fixture
def lines(client: Running) -> Iterator[list[Any]]:
    """Warnings and worse."""
    with capture_logs() as found:
        yield found


class Sent(list[Any]):
    """The messages of one answer."""

    @property
    def status(self) -> int:
        return int(self[0]["status"])

    @property
    def body(self) -> bytes:
        return b"".join(one.get("body", b"") for one in self[1:])


async def asked(
    app: FastAPI,
    *messages: Any,
    path: str = "/v1/rows",
    method: str = "GET",
    headers: Any = (HOST,),
    sent: Sent | None = None,
    stays: bool = False,
    **more: Any,
) -> Sent:
    """What is answered to a request that comes as these messages; after them the client is gone, unless it ``stays``."""
    coming, sent = list(messages), Sent() if sent is None else sent

    async def receive() -> Any:
        await asyncio.sleep(0)
        if stays and not coming:
            await asyncio.Event().wait()
        return coming.pop(0) if coming else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    token = (b"authorization", bearer()["authorization"].encode())
    scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": [*headers, token], "client": ("10.0.0.1", 1)}
    await app({"http_version": "1.1", "root_path": "", "state": {}, **scope, **more}, receive, send)
    return sent


BAD_HOSTS: dict[str, list[tuple[bytes, bytes]]] = {
    "none": [],
    "two": [HOST, HOST],
    "with a path": [(b"host", b"a/b")],
    "with a user": [(b"host", b"u@a")],
    "with a blank": [(b"host", b"a b")],
}


@pytest.mark.parametrize("headers", BAD_HOSTS.values(), ids=BAD_HOSTS.keys())
async def test_a_request_names_one_host(client: Running, headers: Any) -> None:
    sent = await asked(client.app, headers=headers)
    assert (sent.status, b'"malformed_request"' in sent.body) == (400, True)


@pytest.mark.parametrize("host", [b"specimen", b"127.0.0.1:8103", b"[::1]:8103", b""])
async def test_any_host_will_do(client: Running, host: bytes) -> None:
    assert (await asked(client.app, headers=[(b"host", host)])).status == 200


async def test_an_old_client_need_not_name_its_host(client: Running) -> None:
    assert (await asked(client.app, headers=[], http_version="1.0")).status == 200


async def test_every_answer_is_taken_for_what_it_says_it_is(client: Running) -> None:
    paths = ("/v1/rows", "/v1/counters/a", "/v1/boom", "/nothing", "/health/live", "/metrics", "/openapi.json", "/docs")
    for answer in [await one.get(path) for one in (client, client.as_nobody()) for path in paths]:
        assert answer.headers["x-content-type-options"] == "nosniff", answer.url


async def test_what_depends_on_who_asks_is_kept_by_nobody_else(client: Running) -> None:
    await client.post("/v1/counters/a/raise", json={"by": 1})
    for path in ("/v1/rows", "/v1/counters/untouched", "/nothing", "/v1/boom", "/v1/exports/rows", "/v1/counters/a?daily=true"):
        assert (await client.get(path)).headers["cache-control"] == "no-store", path
    named = await client.get("/v1/counters/a")
    assert named.headers["cache-control"] == "private, no-cache"
    again = await client.get("/v1/counters/a", headers={"if-none-match": named.headers["etag"]})
    assert (again.status_code, again.headers["cache-control"]) == (304, "private, no-cache")
    assert "cache-control" not in (await client.as_nobody().get("/health/live")).headers


JSON = (b"content-type", b"application/json")


@pytest.mark.parametrize("path", ["/v1/counters/a/raise", "/v1/anything", "/v1/lines"], ids=["command", "FastAPI's own", "streamed"])
@pytest.mark.parametrize("begun", [False, True])
async def test_a_client_that_leaves_amid_its_body_is_no_error(client: Running, lines: list[Any], path: str, begun: bool) -> None:
    messages = [{"type": "http.request", "body": b'{"by":', "more_body": True}] if begun else []
    await asked(client.app, *messages, path=path, method="POST", headers=[HOST, JSON])
    assert lines == []


async def test_who_left_before_an_answer_is_counted_as_such(client: Running) -> None:
    def count() -> float:
        labels = {"method": "POST", "route": "/v1/lines", "status": "499"}
        return REGISTRY.get_sample_value("qudao_http_requests_total", labels) or 0

    before = count()
    await asked(client.app, path="/v1/lines", method="POST")
    assert count() == before + 1


ENDS: dict[str, tuple[Exception, str | None]] = {
    "client left": (ClientDisconnect(), None),
    "client stalled": (Stalled("the client took nothing for 30 s"), "answer broken off"),
    "database away": (ConnectionResetError("gone"), "answer broken off"),
    "a bug": (ZeroDivisionError("a bug"), "request failed"),
}


@pytest.mark.parametrize(("error", "event"), ENDS.values(), ids=ENDS.keys())
async def test_an_answer_that_breaks_off_is_told_once_and_only_a_bug_with_a_traceback(
    client: Running, lines: list[Any], error: Exception, event: str | None
) -> None:
    async def parts() -> Any:
        yield b"begun"
        raise error

    async def endpoint(_: Any) -> StreamingResponse:
        return StreamingResponse(parts())

    client.app.router.add_route("/broken", endpoint)
    sent = await asked(client.app, path="/broken")  # and nothing is raised: the server would tell it again
    assert sent.body == b"begun"
    assert not any(message["type"] == "http.response.body" and not message.get("more_body") for message in sent)
    assert [line["event"] for line in lines] == ([event] if event else [])
    assert [("exc_info" in line) for line in lines] == ([event == "request failed"] if event else [])


async def test_a_stream_ends_when_the_key_of_its_token_is_taken_out(client: Running) -> None:
    go = asyncio.Event()

    async def events() -> AsyncIterator[bytes]:
        yield b"data: first\n\n"
        await go.wait()
        for _ in range(1000):
            yield b": beat\n\n"

    async def endpoint(_: Any) -> StreamingResponse:
        return StreamingResponse(events(), media_type="text/event-stream")

    client.app.router.add_route("/live", endpoint)
    verifier = client.runtime.verifier
    assert verifier is not None
    messages = [{"type": "http.request", "body": b"", "more_body": False}]
    sent = Sent()
    streaming = asyncio.create_task(asked(client.app, *messages, path="/live", sent=sent, stays=True))
    async with asyncio.timeout(10):
        while len(sent) < 2:  # noqa: ASYNC110 - it is what the client sees
            await asyncio.sleep(0)
        verifier.keys._keys.clear()
        go.set()
        await streaming
    assert sent.body == b'data: first\n\nevent: end\ndata: {"reason":"token_expired"}\n\n'
    assert sent[-1].get("more_body") is False


async def test_a_download_breaks_off_when_the_key_of_its_token_is_taken_out(client: Running, lines: list[Any]) -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield b"row"
        assert client.runtime.verifier is not None
        client.runtime.verifier.keys._keys.clear()
        yield b"never seen"

    async def endpoint(_: Any) -> StreamingResponse:
        return StreamingResponse(parts(), media_type="text/csv")

    client.app.router.add_route("/file", endpoint)
    sent = await asked(client.app, path="/file", stays=True)
    assert (sent.body, sent[-1]["more_body"], lines) == (b"row", True, [])
