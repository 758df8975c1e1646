"""The issuer's keys: which count, and how they come and go."""

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from channel_service.auth.keys import COOLDOWN_SECONDS, BadKeys, Keys, parse
from channel_service.auth.verifier import BadToken, Verifier
from channel_service.settings import BadSettings, load
from channel_service.testing import Running, auth_settings, issuer, running
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from joserfc.util import int_to_base64
from specimen.app import SERVICE

FIRST, SECOND = RSAKey.generate_key(2048, auto_kid=True), RSAKey.generate_key(2048, auto_kid=True)
SMALL = generate_private_key(65537, 1024).public_key().public_numbers()
CURVE, SECRET = ECKey.generate_key("P-256", auto_kid=True), OctKey.generate_key(256, auto_kid=True)


def public(key: Any, **other: Any) -> dict[str, Any]:
    return {name: value for name, value in {**key.as_dict(private=False), **other}.items() if value is not None}


def document(*keys: Any) -> bytes:
    return json.dumps({"keys": [key if isinstance(key, dict) else public(key) for key in keys]}).encode()


def token(key: RSAKey, **more: Any) -> bytes:
    claims = {"iss": "me", "aud": "us", "sub": "x", "exp": 9_999_999_999, "roles": ["ops"], **more}
    return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key, algorithms=["RS256"]).encode()


@pytest.mark.parametrize(
    "other",
    [
        public(CURVE),
        {"kty": "oct", "kid": "s", "k": "c2VjcmV0"},
        {"kty": "AKP", "kid": "post-quantum", "pub": "x"},
        public(SECOND, kid=None),
        public(SECOND, kid=""),
        public(SECOND, kid=7),
        public(SECOND, use="enc"),
        public(SECOND, alg="RS512"),
        public(SECOND, key_ops=["encrypt"]),
        public(SECOND, n="!"),
        public(SECOND, n=None),
        public(SECOND, e="AA"),
        {"kty": "RSA", "kid": "small", "n": int_to_base64(SMALL.n), "e": int_to_base64(SMALL.e)},
        {},
    ],
)
def test_keys_that_cannot_verify_rs256_are_ignored(other: dict[str, Any]) -> None:
    assert list(parse(document(FIRST, other))) == [FIRST.kid]
    with pytest.raises(BadKeys, match="no RSA key"):
        parse(document(other))


@pytest.mark.parametrize(
    "spoilt", [b"", b"{", b"[]", b"7", b"{}", b'{"keys": 7}', b'{"keys": [7]}', b'{"keys": {"a": 1}}', b"\xff", b"<html>"]
)
def test_what_is_no_key_set_is_refused(spoilt: bytes) -> None:
    with pytest.raises(BadKeys):
        parse(spoilt)


def test_a_set_with_a_private_key_or_two_of_one_name_is_refused() -> None:
    with pytest.raises(BadKeys, match="private"):
        parse(document(FIRST, SECOND.as_dict(private=True)))
    with pytest.raises(BadKeys, match="same kid"):
        parse(document(FIRST, public(SECOND, kid=FIRST.kid)))


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def verifier(tmp_path: Path, clock: Clock) -> Verifier:
    (tmp_path / "jwks.json").write_bytes(document(FIRST))
    keys = Keys(str(tmp_path / "jwks.json"), 300, clock)
    await keys.load()
    return Verifier(keys, "me", "us")


async def refusal(verifier: Verifier, key: RSAKey) -> str:
    with pytest.raises(BadToken) as bad:
        await verifier.verified(token(key))
    return bad.value.reason


async def test_a_new_key_works_at_its_first_token(verifier: Verifier, tmp_path: Path, clock: Clock) -> None:
    clock.now = COOLDOWN_SECONDS
    (tmp_path / "jwks.json").write_bytes(document(FIRST, SECOND))
    assert (await verifier.verified(token(SECOND))).principal.subject == "x"


async def test_unknown_keys_are_looked_for_at_most_every_few_seconds(verifier: Verifier, tmp_path: Path, clock: Clock) -> None:
    clock.now = COOLDOWN_SECONDS
    assert await refusal(verifier, SECOND) == "key"
    (tmp_path / "jwks.json").write_bytes(document(FIRST, SECOND))
    clock.now += COOLDOWN_SECONDS - 0.1
    assert await refusal(verifier, SECOND) == "key"
    clock.now += 0.1
    assert (await verifier.verified(token(SECOND))).principal.subject == "x"


async def test_many_unknown_keys_at_once_are_one_look(verifier: Verifier, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = 0
    answer = asyncio.Event()

    async def fetched(_: str) -> bytes:
        nonlocal looks
        looks += 1
        await answer.wait()
        return document(FIRST, SECOND)

    monkeypatch.setattr("channel_service.auth.keys._fetched", fetched)
    clock.now = COOLDOWN_SECONDS
    waiting = [asyncio.create_task(verifier.verified(token(SECOND))) for _ in range(50)]
    await asyncio.sleep(0)
    waiting[0].cancel()  # a client that leaves ends nobody else's look
    known = await verifier.verified(token(FIRST))  # who has a known key does not wait
    await asyncio.sleep(0)
    answer.set()
    found = await asyncio.gather(*waiting, return_exceptions=True)
    assert (looks, known.principal.subject) == (1, "x")
    assert [one for one in found[1:] if isinstance(one, BaseException)] == []


async def test_a_key_taken_out_stops_working_also_for_remembered_tokens(verifier: Verifier, tmp_path: Path) -> None:
    assert (await verifier.verified(token(FIRST))).principal.subject == "x"
    (tmp_path / "jwks.json").write_bytes(document(SECOND))
    await verifier.keys.load()
    assert await refusal(verifier, FIRST) == "key"
    assert (await verifier.verified(token(SECOND))).principal.subject == "x"


async def test_no_more_tokens_are_remembered_than_there_is_room_for(verifier: Verifier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channel_service.auth.verifier.REMEMBERED", 3)
    tokens = [token(FIRST, number=number) for number in range(5)]
    for one in [*tokens, *tokens]:
        assert (await verifier.verified(one)).principal.subject == "x"
        assert len(verifier._verified) <= 3


async def test_a_key_replaced_under_its_name_takes_its_tokens_along(verifier: Verifier, tmp_path: Path) -> None:
    await verifier.verified(token(FIRST))
    (tmp_path / "jwks.json").write_bytes(document(public(SECOND, kid=FIRST.kid)))
    await verifier.keys.load()
    assert await refusal(verifier, FIRST) == "signature"


@pytest.mark.parametrize("spoilt", [None, b"", b"<html>", b'{"keys": []}'])
async def test_the_last_good_keys_stay_while_the_source_is_away_or_spoilt(
    verifier: Verifier, tmp_path: Path, clock: Clock, spoilt: bytes | None
) -> None:
    (tmp_path / "jwks.json").unlink() if spoilt is None else (tmp_path / "jwks.json").write_bytes(spoilt)
    clock.now = COOLDOWN_SECONDS
    assert await refusal(verifier, SECOND) == "key"
    assert (await verifier.verified(token(FIRST))).principal.subject == "x"


async def test_keys_are_read_again_by_themselves(url: str, tmp_path: Path) -> None:
    file = tmp_path / "jwks.json"
    file.write_bytes(issuer().jwks.read_bytes())
    async with running(SERVICE, database_url=url, auth_jwks=str(file), auth_reload_seconds=1) as client:
        assert (await client.get("/v1/rows")).status_code == 200
        file.write_bytes(document(SECOND))
        async with asyncio.timeout(30):
            while (await client.get("/v1/rows")).status_code == 200:  # noqa: ASYNC110 - it is the server's clock that is waited for
                await asyncio.sleep(0.05)


@pytest.fixture
def key_server() -> Iterator[Any]:
    """An HTTP server that answers with ``key_server.answer``: status, headers, body."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = served.answer  # type: ignore[attr-defined]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    served = HTTPServer(("127.0.0.1", 0), Handler)
    served.url = f"http://127.0.0.1:{served.server_port}/keys"  # type: ignore[attr-defined]
    thread = threading.Thread(target=served.serve_forever)
    thread.start()
    yield served
    served.shutdown()
    thread.join()
    served.server_close()


async def test_keys_come_over_http(key_server: Any) -> None:
    key_server.answer = (200, {}, document(FIRST))
    keys = Keys(key_server.url, 300)
    await keys.load()
    assert keys.get(str(FIRST.kid)) is not None


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((500, {}, b""), "status 500"),
        ((302, {"location": "http://127.0.0.1/x"}, b""), "status 302"),
        ((200, {}, b"x" * 2_000_000), "larger than"),
        ((200, {}, b"<html>"), "no JSON Web Key Set"),
    ],
)
async def test_a_server_that_gives_no_keys_is_said(key_server: Any, answer: Any, why: str) -> None:
    key_server.answer = answer
    with pytest.raises(BadKeys, match=why):
        await Keys(key_server.url, 300).load()


async def test_a_server_that_is_not_there_is_said() -> None:
    with pytest.raises(BadKeys, match="does not answer"):
        await Keys("http://127.0.0.1:1/keys", 300).load()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"auth_issuer": None}, "QUDAO_AUTH_ISSUER is not set"),
        ({"auth_audience": None}, "QUDAO_AUTH_AUDIENCE is not set"),
        ({"auth_jwks": None}, "QUDAO_AUTH_JWKS is not set"),
        ({"auth_jwks": "/nowhere/jwks.json"}, "QUDAO_AUTH_JWKS is wrong: the file cannot be read"),
        ({"auth_jwks": __file__}, "QUDAO_AUTH_JWKS is wrong: it is no JSON Web Key Set"),
        ({"auth_jwks": "http://127.0.0.1:1/"}, "QUDAO_AUTH_JWKS is wrong: its server does not answer"),
        ({"auth_jwks": "http://id.example.com/keys"}, "QUDAO_AUTH_JWKS is wrong; write "),
        ({"auth_jwks": "https:///keys"}, "QUDAO_AUTH_JWKS is wrong; write "),
        ({"auth_issuer": ""}, "QUDAO_AUTH_ISSUER is wrong; write "),
    ],
)
async def test_without_keys_a_service_does_not_start_and_says_why(url: str, changed: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadSettings) as refused:
        async with running(SERVICE, database_url=url, **changed):
            pass
    assert str(refused.value).startswith(reason)


def test_a_worker_needs_no_keys() -> None:
    assert load(database_url="postgresql://a@b/c", role="worker").auth_jwks is None


async def test_services_that_trust_one_issuer_take_one_token(client: Running) -> None:
    assert set(auth_settings()) == {"auth_issuer", "auth_audience", "auth_jwks"}
    assert (await client.as_("ops").get("/v1/rows")).status_code == 200
