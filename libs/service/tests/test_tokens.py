"""Tokens: one form is accepted, every other is 401 and nothing of the request is read."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from channel_service.auth.verifier import LEEWAY_SECONDS, MAX_TOKEN_BYTES
from channel_service.testing import Running, issuer
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import ECKey, RSAKey

KEY: RSAKey = issuer().key
OTHER = RSAKey.generate_key(2048, auto_kid=True)
CURVE = ECKey.generate_key("P-256", auto_kid=True)
JSON = (b"content-type", b"application/json")
RAISE = "/v1/counters/a/raise"


def part(value: Any) -> bytes:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def rs256(message: bytes, key: RSAKey = KEY) -> bytes:
    assert key.private_key is not None
    return key.private_key.sign(message, padding.PKCS1v15(), hashes.SHA256())


def hs256(secret: bytes) -> Callable[[bytes], bytes]:
    return lambda message: hmac.digest(secret, message, hashlib.sha256)


def claims(**other: Any) -> dict[str, Any]:
    now = int(time.time())
    good = {"iss": issuer().issuer, "aud": issuer().audience, "sub": "me", "roles": ["brand_admin"], "iat": now, "exp": now + 60}
    return {name: value for name, value in {**good, **other}.items() if value is not ...}


def header(**other: Any) -> dict[str, Any]:
    return {name: value for name, value in {"alg": "RS256", "kid": KEY.kid, "typ": "JWT", **other}.items() if value is not ...}


def token(head: Any = None, said: Any = None, sign: Callable[[bytes], bytes] = rs256) -> bytes:
    """A token of any form; by default a good one."""
    message = part(header() if head is None else head) + b"." + part(claims() if said is None else said)
    return message + b"." + part(sign(message))


def sent(authorization: bytes) -> list[tuple[bytes, bytes]]:
    return [(b"authorization", authorization)]


def with_header(**other: Any) -> bytes:
    return token(header(**other))


def with_claims(**other: Any) -> bytes:
    return token(said=claims(**other))


def swapped() -> bytes:
    """A good token's signature under other claims."""
    head, _, signature = token().split(b".")
    return b".".join([head, part(claims(sub="somebody-else")), signature])


def flipped() -> bytes:
    head, said, signature = token().split(b".")
    raw = bytearray(base64.urlsafe_b64decode(signature + b"=="))
    raw[7] ^= 1
    return b".".join([head, said, part(bytes(raw))])


PEM = KEY.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
DER = KEY.public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
JWK = json.dumps(KEY.as_dict(private=False)).encode()

BAD: dict[str, tuple[str, Callable[[], bytes]]] = {
    # the algorithm is ours to choose, not the token's
    "alg none": ("algorithm", lambda: token(header(alg="none"), sign=lambda _: b"")),
    "alg none in other letters": ("algorithm", lambda: token(header(alg="nOnE"), sign=lambda _: b"")),
    "alg none with a signature": ("algorithm", lambda: with_header(alg="none")),
    "alg missing": ("form", lambda: with_header(alg=...)),
    "alg null": ("algorithm", lambda: with_header(alg=None)),
    "alg a list": ("algorithm", lambda: with_header(alg=["RS256"])),
    "HS256 with the public key as PEM": ("algorithm", lambda: token(header(alg="HS256"), sign=hs256(PEM))),
    "HS256 with the public key as DER": ("algorithm", lambda: token(header(alg="HS256"), sign=hs256(DER))),
    "HS256 with the JWK": ("algorithm", lambda: token(header(alg="HS256"), sign=hs256(JWK))),
    "HS256 with an empty secret": ("algorithm", lambda: token(header(alg="HS256"), sign=hs256(b""))),
    "HS256 signed, RS256 said": ("signature", lambda: token(sign=hs256(PEM))),
    "RS384": ("algorithm", lambda: with_header(alg="RS384")),
    "RS512": ("algorithm", lambda: with_header(alg="RS512")),
    "PS256": ("algorithm", lambda: with_header(alg="PS256")),
    "ES256 of another key": ("algorithm", lambda: with_header(alg="ES256", kid=CURVE.kid)),
    # the key
    "kid missing": ("key", lambda: with_header(kid=...)),
    "kid null": ("key", lambda: with_header(kid=None)),
    "kid empty": ("key", lambda: with_header(kid="")),
    "kid a number": ("key", lambda: with_header(kid=7)),
    "kid a list": ("key", lambda: with_header(kid=[KEY.kid])),
    "kid unknown": ("key", lambda: with_header(kid="nobody")),
    "kid a path": ("key", lambda: with_header(kid="../../../../dev/null")),
    "kid a URL": ("key", lambda: with_header(kid="http://127.0.0.1/keys")),
    "kid with SQL": ("key", lambda: with_header(kid="' or '1'='1")),
    "kid with a NUL": ("key", lambda: with_header(kid=f"{KEY.kid}\x00")),
    "another key under our kid": ("signature", lambda: token(sign=lambda m: rs256(m, OTHER))),
    "another key that the token brings along": (
        "form",
        lambda: token(header(jwk=OTHER.as_dict(private=False)), sign=lambda m: rs256(m, OTHER)),
    ),
    "a key at a URL that the token names": (
        "key",
        lambda: token(header(jku="http://127.0.0.1:1/", kid="x"), sign=lambda m: rs256(m, OTHER)),
    ),
    # the signature
    "no signature": ("signature", lambda: token(sign=lambda _: b"")),
    "a zero signature": ("signature", lambda: token(sign=lambda _: bytes(256))),
    "a bit flipped": ("signature", flipped),
    "claims swapped": ("signature", swapped),
    "a short signature": ("signature", lambda: token(sign=lambda m: rs256(m)[:-1])),
    "a signature of other bytes": ("signature", lambda: token(sign=lambda m: rs256(m + b" "))),
    "the signature in hex": (
        "signature",
        lambda: b".".join([*token().split(b".")[:2], base64.urlsafe_b64decode(token().split(b".")[2] + b"==").hex().encode()]),
    ),
    # the form
    "critical extension": ("form", lambda: with_header(crit=["exp"], exp=1)),
    "critical of a wrong type": ("form", lambda: with_header(crit=5)),
    "unencoded payload": ("form", lambda: with_header(b64=False, crit=["b64"])),
    "of another type": ("form", lambda: with_header(typ="logout+jwt")),
    "type a list": ("form", lambda: with_header(typ=["JWT"])),
    "empty": ("form", lambda: b""),
    "no dots": ("form", lambda: b"abc"),
    "one dot": ("form", lambda: b"a.b"),
    "five parts, as if encrypted": ("form", lambda: b"a.b.c.d.e"),
    "padding": ("form", lambda: token().replace(b".", b"=.", 1)),
    "header no JSON": ("form", lambda: token(b"{")),
    "header a list": ("form", lambda: token([1])),
    "header a number": ("form", lambda: token(7)),
    "header nested deep": ("form", lambda: token(b"[" * 3000)),
    "bytes that are no text": ("form", lambda: b"\xff\xfe.\xff.\xff"),
    "huge": ("form", lambda: token(said=claims(more="x" * MAX_TOKEN_BYTES))),
    # the claims
    "claims no JSON": ("claims", lambda: token(said=b"{")),
    "claims a list": ("claims", lambda: token(said=[1])),
    "claims nested deep": ("claims", lambda: token(said=b'{"a":' + b"[" * 2000 + b"]" * 2000 + b"}")),
    "other issuer": ("issuer", lambda: with_claims(iss="https://evil.test")),
    "issuer with a slash more": ("issuer", lambda: with_claims(iss=issuer().issuer + "/")),
    "issuer a list": ("issuer", lambda: with_claims(iss=[issuer().issuer])),
    "issuer missing": ("issuer", lambda: with_claims(iss=...)),
    "other audience": ("audience", lambda: with_claims(aud="somebody")),
    "other audiences": ("audience", lambda: with_claims(aud=["a", "b"])),
    "audience that contains ours": ("audience", lambda: with_claims(aud=issuer().audience + "-admin")),
    "audience a number": ("audience", lambda: with_claims(aud=7)),
    "audience missing": ("audience", lambda: with_claims(aud=...)),
    "expiry missing": ("claims", lambda: with_claims(exp=...)),
    "expiry a text": ("claims", lambda: with_claims(exp="never")),
    "expiry true": ("claims", lambda: with_claims(exp=True)),
    "expiry infinite": ("claims", lambda: token(said=json.dumps(claims(exp=float("inf"))).encode())),
    "expiry 1e999": ("claims", lambda: token(said=json.dumps(claims(exp="E")).replace('"E"', "1e999").encode())),
    "not yet valid": ("not_yet_valid", lambda: with_claims(nbf=int(time.time()) + 3600)),
    "issued in the future": ("not_yet_valid", lambda: with_claims(iat=int(time.time()) + 3600)),
    "subject missing": ("claims", lambda: with_claims(sub=...)),
    "subject empty": ("claims", lambda: with_claims(sub="")),
    "subject a number": ("claims", lambda: with_claims(sub=7)),
    "subject with a NUL": ("claims", lambda: with_claims(sub="a\x00")),
    "subject half a surrogate pair": ("claims", lambda: with_claims(sub="a\ud800")),
    "subject too long": ("claims", lambda: with_claims(sub="x" * 201)),
    "roles a text": ("claims", lambda: with_claims(roles="brand_admin")),
    "partner without an id": ("claims", lambda: with_claims(roles=["partner"])),
    "partner with several ids in one": ("claims", lambda: with_claims(roles=["partner"], partner_id="p1,p2")),
    "partner and admin in one": ("claims", lambda: with_claims(roles=["partner", "brand_admin"], partner_id="p1")),
    "source without a name": ("claims", lambda: with_claims(roles=["source"])),
}


@pytest.mark.parametrize("kind", BAD)
async def test_a_token_that_is_not_good_is_401_with_its_reason(client: Running, kind: str) -> None:
    reason, make = BAD[kind]
    stranger = client.as_nobody()
    # The body would be refused as well, were it looked at.
    answer = await stranger.post(
        RAISE, content=b"{", headers=[(b"authorization", b"Bearer " + make()), (b"content-type", b"application/json")]
    )
    assert (answer.status_code, answer.json()["code"], answer.json()["facts"]) == (401, "token_invalid", {"reason": reason})
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert (await stranger.get("/v1/rows", headers=sent(b"Bearer " + make()))).status_code == 401
    assert await client.runtime.log.head() == 0


async def test_the_token_all_the_bad_ones_are_made_from_is_good(client: Running) -> None:
    for good in (
        token(),
        with_header(typ=...),
        with_header(typ="at+jwt", x5t="known to others"),
        with_claims(aud=["other", issuer().audience], roles=["brand_admin", "of-another-system"]),
        with_claims(nbf=int(time.time()) + LEEWAY_SECONDS // 2, exp=int(time.time()) - LEEWAY_SECONDS // 3),
    ):
        answer = await client.as_nobody().get("/v1/rows", headers=sent(b"bearer " + good))
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("exp", [1_700_000_000, 0, -1])
async def test_an_expired_token_is_said_to_be_expired(client: Running, exp: int) -> None:
    answer = await client.as_nobody().get("/v1/rows", headers=sent(b"Bearer " + with_claims(exp=exp)))
    assert (answer.status_code, answer.json()["code"]) == (401, "token_expired")


HUGE: list[Any] = [10**400, -(10**400), 10**18, 2**64, 1e308, True]


@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
@pytest.mark.parametrize("number", HUGE, ids=["401 digits", "as many below zero", "for ever", "2^64", "1e308", "true"])
async def test_a_time_that_no_clock_shows_is_refused_and_no_failure(client: Running, name: str, number: Any) -> None:
    answer = await client.as_nobody().get("/v1/rows", headers=sent(b"Bearer " + with_claims(**{name: number})))
    assert (answer.status_code, answer.json()["facts"]) == (401, {"reason": "claims"})


async def test_a_remembered_token_expires_too(client: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    verifier = client.runtime.verifier
    assert verifier is not None
    headers = sent(b"Bearer " + with_claims(exp=int(time.time()) + 60))
    assert (await client.as_nobody().get("/v1/rows", headers=headers)).status_code == 200
    monkeypatch.setattr(verifier, "_clock", lambda: time.time() + 61 + LEEWAY_SECONDS)
    assert (await client.as_nobody().get("/v1/rows", headers=headers)).json()["code"] == "token_expired"


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("authorization", "")],
        [("authorization", "Basic dXNlcjpwYXNz")],
        [("authorization", "Bearer")],
        [("authorization", f"Token {token().decode()}")],
        [("authorization", token().decode())],
        [("authorization", f"Bearer {token().decode()}"), ("authorization", f"Bearer {token().decode()}")],
        [("authorization", "Bearer x"), ("authorization", f"Bearer {token().decode()}")],
        [("proxy-authorization", f"Bearer {token().decode()}")],
        [("cookie", f"access_token={token().decode()}")],
    ],
)
async def test_a_token_comes_in_one_authorization_header(client: Running, headers: list[tuple[str, str]]) -> None:
    for path in ("/v1/rows", f"/v1/rows?access_token={token().decode()}"):
        answer = await client.as_nobody().get(path, headers=headers)
        assert (answer.status_code, answer.headers["www-authenticate"].split(" ")[0]) == (401, "Bearer")


async def test_the_refusal_is_said_in_the_language_asked_for(client: Running) -> None:
    answer = await client.as_nobody().get("/v1/rows", headers={"accept-language": "zh"})
    assert (answer.json()["code"], "令牌" in answer.json()["detail"]) == ("token_missing", True)


async def test_an_open_route_answers_whatever_token_is_sent_along(client: Running) -> None:
    for path in ("/health/live", "/metrics", "/openapi.json", "/docs"):
        assert (await client.as_nobody().get(path, headers={"authorization": "Bearer nonsense"})).status_code == 200


async def test_refused_tokens_are_counted_by_reason_and_none_is_shown(client: Running) -> None:
    await client.as_nobody().get("/v1/rows", headers={"authorization": "Bearer s3cret-nonsense"})
    text = (await client.get("/metrics")).text
    assert 'qudao_tokens_refused_total{reason="form"}' in text
    assert "s3cret" not in text
