"""Verifying a token: JSON Web Token, RS256 and nothing else."""

import hashlib
import re
import time
from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec
from channel_terms import CODE_PATTERN
from joserfc.errors import ClaimError, ExpiredTokenError
from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry, extract_compact, validate_compact
from joserfc.jwt import JWTClaimsRegistry

from channel_service.auth.keys import Keys
from channel_service.auth.principal import BRAND, Principal, Role

MAX_TOKEN_BYTES = 8192
LEEWAY_SECONDS = 30
"""How far the issuer's clock may be from ours."""
REMEMBERED = 10_000
"""Verified tokens that are remembered: a signature costs some 50 us, a memory 2."""
MAX_SUBJECT = 200
LATEST = 2**53
"""Seconds since 1970 of which a float still knows each."""

Reason = Literal["form", "algorithm", "key", "signature", "issuer", "audience", "not_yet_valid", "claims"]


class BadToken(Exception):
    """The token is not accepted; ``reason`` is a stable word."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class ExpiredToken(Exception):
    """The token was good, until its ``exp``."""


class SignedIn(msgspec.Struct, frozen=True):
    """Whom a token speaks for, and the key that signed it."""

    principal: Principal
    kid: str
    key: RSAKey


class Verifier:
    """Turns tokens of one issuer for one audience into principals."""

    def __init__(self, keys: Keys, issuer: str, audience: str, clock: Callable[[], float] = time.time) -> None:
        self.keys = keys
        self._clock = clock
        self._claims = JWTClaimsRegistry(
            now=lambda: int(clock()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        # Headers that are not ours to understand are ignored (RFC 7515, 4), but for ``crit``.
        self._registry = JWSRegistry(algorithms=["RS256"], strict_check_header=False)
        self._verified: dict[bytes, SignedIn] = {}

    async def verified(self, token: bytes) -> SignedIn:
        """What is known of a token. Raises `BadToken`, `ExpiredToken`."""
        digest = hashlib.sha256(token).digest()
        known = self._verified.get(digest)
        if known is None or not self.holds(known):
            known = await self._verify(token)
            self._remember(digest, known)
        if self._clock() >= known.principal.expires_at:
            raise ExpiredToken
        return known

    def holds(self, known: SignedIn) -> bool:
        """Whether its key is still there: one that was taken out, or replaced under its id, takes its tokens along."""
        return self.keys.get(known.kid) is known.key

    def _remember(self, digest: bytes, verified: SignedIn) -> None:
        if len(self._verified) >= REMEMBERED:
            del self._verified[next(iter(self._verified))]
        self._verified[digest] = verified

    async def _verify(self, token: bytes) -> SignedIn:
        if len(token) > MAX_TOKEN_BYTES:
            raise BadToken("form")
        try:
            signed = extract_compact(token, registry=self._registry)
            header, payload = signed.headers(), signed.payload
            kid = _checked_header(header)
        except BadToken:
            raise
        except Exception:
            raise BadToken("form") from None
        key = await self.keys.find(kid)
        if key is None:
            raise BadToken("key")
        try:
            genuine = validate_compact(signed, key, registry=self._registry)
        except Exception:
            genuine = False
        if not genuine:
            raise BadToken("signature")
        claims = self._checked_claims(payload)
        return SignedIn(_principal(claims), kid, key)

    def _checked_claims(self, payload: bytes) -> dict[str, Any]:
        try:
            claims = msgspec.json.decode(payload, type=dict[str, Any])
            self._claims.validate(_with_moments(claims))
        except ExpiredTokenError:
            raise ExpiredToken from None
        except ClaimError as error:
            reasons: Mapping[str, Reason] = {"iss": "issuer", "aud": "audience", "nbf": "not_yet_valid", "iat": "not_yet_valid"}
            raise BadToken(reasons.get(error.claim, "claims")) from None
        except Exception:
            raise BadToken("claims") from None
        return claims


def _checked_header(header: Mapping[str, Any]) -> str:
    """The ``kid``; where keys are named by the token itself (``jku``, ``x5u``, ``jwk``) nobody looks."""
    if header["alg"] != "RS256":
        raise BadToken("algorithm")
    kid, kind = header.get("kid"), header.get("typ", "JWT")
    if not isinstance(kid, str) or not kid:
        raise BadToken("key")
    # Any critical extension is refused: there is none that this understands.
    if "crit" in header or "b64" in header or str(kind).lower().removeprefix("application/") not in {"jwt", "at+jwt"}:
        raise BadToken("form")
    return kid


def _principal(claims: Mapping[str, Any]) -> Principal:
    """``roles`` that are not known here are ignored: the issuer may serve others, too."""
    named = claims.get("roles", [])
    if not isinstance(named, list):
        raise BadToken("claims")
    roles = frozenset(role for role in Role if role.value in named)
    if len(roles) > 1 and not roles <= set(BRAND):
        raise BadToken("claims")
    return Principal(
        subject=_text(claims["sub"], MAX_SUBJECT),
        roles=roles,
        partner_id=_code(claims.get("partner_id")) if Role.PARTNER in roles else None,
        source=_code(claims.get("source")) if Role.SOURCE in roles else None,
        expires_at=float(claims["exp"]) + LEEWAY_SECONDS,
    )


def _with_moments(claims: dict[str, Any]) -> dict[str, Any]:
    """The claims, whose times are numbers of seconds that a clock may show: one of 401 digits is none that a float can hold."""
    for name in ("exp", "nbf", "iat"):
        said = claims.get(name, 0)
        if not isinstance(said, int | float) or isinstance(said, bool) or not abs(said) < LATEST:
            raise BadToken("claims")
    return claims


def _code(value: Any) -> str:
    code = _text(value, 100)
    if not re.fullmatch(CODE_PATTERN, code):
        raise BadToken("claims")
    return code


def _text(value: Any, longest: int) -> str:
    # It becomes the actor of events: what PostgreSQL cannot store would fail there.
    if not isinstance(value, str) or not 0 < len(value) <= longest or not value.isprintable():
        raise BadToken("claims")
    return value
