"""Bodies are limited while they are read, and hold nothing that JSON or the database does not know."""

import contextlib
import gzip
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import psutil
import pytest
from channel_service.http.body import MAX_DEPTH, BodyRefused, parse_json
from channel_service.testing import Running, bearer
from hypothesis import given
from hypothesis import strategies as st

RAISE, ANYTHING = "/v1/counters/a/raise", "/v1/anything"
JSON = {"content-type": "application/json"}


def nested(depth: int) -> bytes:
    return b'{"a":' * (depth - 1) + b"{}" + b"}" * (depth - 1)


async def refused(client: Running, body: bytes) -> tuple[int, str]:
    answer = await client.post(ANYTHING, content=body, headers=JSON)
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize("body", [b"[" * 20_000, b"[" * 20_000 + b"]" * 20_000, nested(20_000), nested(MAX_DEPTH + 1)])
def test_deep_json_is_refused_quickly(body: bytes) -> None:
    began = time.monotonic()
    with pytest.raises(BodyRefused, match="body_too_deep"):
        parse_json(body)
    assert time.monotonic() - began < 0.5


@pytest.mark.parametrize("body", [b"[" * 2000, nested(40)])
async def test_deep_json_is_a_problem(client: Running, body: bytes) -> None:
    assert await refused(client, body) == (400, "body_too_deep")


def test_json_as_deep_as_allowed_is_read() -> None:
    assert parse_json(nested(MAX_DEPTH)) == json.loads(nested(MAX_DEPTH))


def test_brackets_in_texts_are_no_depth() -> None:
    body = json.dumps({"a": '[{"' * 50, "b": ["[", "\\", '"', "{"] * 10})
    assert parse_json(body.encode()) == json.loads(body)


def test_many_elements_side_by_side_are_no_depth() -> None:
    assert len(parse_json(b"[" + b",".join([b'{"a":[]}'] * 5000) + b"]")) == 5000


@pytest.mark.parametrize("body", [b'"' + b'\\"' * 500_000 + b"[" * 40, b'"' * 1_000_000 + b"[" * 40, b'{"' * 500_000])
def test_no_body_makes_the_check_slow(body: bytes) -> None:
    began = time.monotonic()
    with pytest.raises(BodyRefused):
        parse_json(body)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": "\\u0000"}',
        b'{"\\u0000": 1}',
        b'{"a": ["\\ud800"]}',
        b'{"a": "\\uDC00\\uD800"}',
        b'{"a": "\xed\xa0\x80"}',
        b'{"a": "\xff"}',
        b'{"a": "\x00"}',
        '{"a": 1}'.encode("utf-16"),
        '{"a": 1}'.encode("utf-32"),
        b'{"a": 1',
        b'{"a": 1} x',
        b"{'a': 1}",
        b'{"a": ' + b"1" * 4500 + b"}",
        b'{"a": "tab\there"}',
        b'{"a": 1, "a": 1}',
        b'[{"a": {"b": 1, "c": 2, "\\u0062": 3}}]',
    ],
)
async def test_what_is_not_json_or_not_storable_is_a_problem(client: Running, body: bytes) -> None:
    assert await refused(client, body[:4096] if len(body) > 4096 else body) == (400, "malformed_json")


@pytest.mark.parametrize(
    "document",
    [{"a": "NaN and Infinity"}, {"a": "\\u0000"}, {"a": "\U0001f600"}, {"a": "渠道"}, {"a": 1e100}, {"a": "1e999"}],
)
async def test_texts_that_only_look_suspicious_are_read(client: Running, document: dict[str, Any]) -> None:
    assert (await client.post(ANYTHING, json=document)).json() == 1


LEAVES = st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False) | st.text()


@given(st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=60), st.booleans())
def test_whatever_is_storable_json_passes_unchanged(document: Any, ascii_only: bool) -> None:
    text = json.dumps(document, ensure_ascii=ascii_only)
    if "\x00" in str(document) or "\\x00" in str(document):
        return
    assert parse_json(text.encode()) == json.loads(text)


@given(st.binary(max_size=300))
def test_no_bytes_make_the_check_fail_otherwise_than_by_refusing(body: bytes) -> None:
    with contextlib.suppress(BodyRefused):
        parse_json(body)


async def test_a_body_over_the_limit_is_refused_by_its_declared_length(client: Running) -> None:
    answer = await client.post(RAISE, content=b" " * 4097, headers=JSON)
    assert (answer.status_code, answer.json()["code"], answer.json()["facts"]) == (413, "body_too_large", {"limit": 4096})


async def test_a_body_at_the_limit_is_read(client: Running) -> None:
    body = b'{"by": 1}'
    assert (await client.post(RAISE, content=body + b" " * (4096 - len(body)), headers=JSON)).status_code == 200


async def test_a_route_that_streams_is_not_limited(client: Running) -> None:
    assert (await client.post("/v1/lines", content=b"x" * 100_000)).json() == 100_000


class Endless:
    """A chunked body that says how much of it was taken."""

    def __init__(self, megabytes: int) -> None:
        self.megabytes = megabytes
        self.sent = 0

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(self.megabytes * 16):
            self.sent += 65536
            yield b" " * 65536


def test_limits_hold_in_a_real_server_also_for_chunked_bodies(specimen: Callable[..., Any]) -> None:
    process = specimen(MAX_BODY_BYTES="4096").start()
    with httpx.Client(base_url=process.address, headers=bearer(), timeout=20) as client:
        chunked = client.post(RAISE, content=iter([b'{"by":', b" " * 5000, b"1}"]), headers=JSON)
        assert (chunked.status_code, chunked.json()["code"]) == (413, "body_too_large")
        small = client.post(RAISE, content=iter([b'{"by"', b":1}"]), headers=JSON)
        assert small.status_code == 200
        declared = client.post(RAISE, content=b" " * 200_000, headers=JSON)
        assert (declared.status_code, declared.json()["code"]) == (413, "body_too_large")
        deep = client.post(ANYTHING, content=b"[" * 4000, headers=JSON)
        assert (deep.status_code, deep.json()["code"]) == (400, "body_too_deep")
        assert client.post("/v1/lines", content=iter([b"x" * 3000] * 3)).json() == 9000
    before = _resident(process)
    with httpx.Client(base_url=process.address, headers=bearer(), timeout=20) as client:
        endless = Endless(megabytes=64)
        assert client.post(RAISE, content=iter(endless), headers=JSON).status_code == 413
    assert endless.sent == 64 * 1_048_576
    assert _resident(process) - before < 16


def _resident(process: Any) -> float:
    """Mebibytes that a process holds."""
    return float(psutil.Process(process.process.pid).memory_info().rss / 1_048_576)


BOMBS = {
    "nested arrays": (b"[" * 20_000 + b"]" * 20_000, "body_too_deep"),
    "nested objects": (b'{"a":' * 20_000, "body_too_deep"),
    "keys": (b"{" + b",".join(b'"%d":1' % number for number in range(100_000)) + b"}", "too_many_values"),
    "elements": (b"[" + b"1," * 500_000 + b"1]", "too_many_values"),
    "lists in lists": (b"[" + b",".join([b"[[[[[1]]]]]"] * 20_000) + b"]", "too_many_values"),
    "a number": (b"1" * 100_000, "malformed_json"),
    "a fraction": (b'{"a": 1.' + b"1" * 100_000 + b"e999}", "malformed_json"),
    "an exponent": (b'{"a": 1e' + b"9" * 100_000 + b"}", "malformed_json"),
    "a key twice": (b'{"a": 1, "a": 2}', "malformed_json"),
    "not a number": (b'{"a": NaN}', "malformed_json"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_before_it_goes_off(name: str) -> None:
    body, code = BOMBS[name]
    took = []
    for _ in range(5):
        began = time.process_time()
        with pytest.raises(BodyRefused) as refused:
            parse_json(body)
        took.append(time.process_time() - began)
        assert (refused.value.code, refused.value.status_code) == (code, 400)
    assert min(took) < 0.05


def test_commas_in_a_text_are_no_values() -> None:
    assert parse_json(b'["' + b"," * 100_000 + b'"]') == ["," * 100_000]


@pytest.mark.parametrize("path", [RAISE, "/v1/lines"])
@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "deflate", "br", "identity, gzip"])
async def test_a_packed_body_is_not_unpacked(client: Running, path: str, encoding: str) -> None:
    headers = {**JSON, "content-encoding": encoding}
    answer = await client.post(path, content=gzip.compress(b'{"by": 1}'), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "content_encoding_unsupported")
    assert answer.headers["accept-encoding"] == "identity"


async def test_a_body_in_no_encoding_may_say_so(client: Running) -> None:
    assert (await client.post(RAISE, content=b'{"by": 1}', headers={**JSON, "content-encoding": "identity"})).status_code == 200


async def test_a_body_of_many_faults_is_told_some_of_them(client: Running) -> None:
    body = json.dumps({f"{number}": 1 for number in range(300)}).encode()
    assert len((await client.post(RAISE, content=body, headers=JSON)).json()["errors"]) == 50
