"""The public keys that tokens are verified with: a JWKS from a file or URL, read again as it changes."""

import asyncio
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from joserfc.util import base64_to_int

COOLDOWN_SECONDS = 5.0
"""Unknown key ids make us look again no more often: else strangers' tokens would make us flood the issuer."""
FETCH_SECONDS = 5.0
MAX_BYTES = 1_048_576
MIN_BITS = 2048
MAX_BITS = 4096
"""A longer key would take milliseconds of the event loop for each token."""

_log = structlog.get_logger("channel_service.auth")


class BadKeys(Exception):
    """The JWKS cannot be had, or is none; the text says why."""


def parse(document: bytes) -> dict[str, RSAKey]:
    """The keys of a JWKS that can verify RS256, by their ``kid``; others are ignored, as RFC 7517 (5) asks.

    `BadKeys` when it is no JWKS, none fits, two have one ``kid``, or a private key is in it: that one is no secret any more.
    """
    try:
        listed = msgspec.json.decode(document)["keys"]
        fitting = [one for one in listed if _fits(one)]
    except (msgspec.DecodeError, KeyError, TypeError, AttributeError):
        raise BadKeys("it is no JSON Web Key Set") from None
    if any("d" in one for one in fitting):
        raise BadKeys("it holds a private key; publish the public parts only, and a new key")
    keys = {one["kid"]: key for one in fitting if (key := _imported(one)) is not None}
    if len({one["kid"] for one in fitting}) < len(fitting):
        raise BadKeys("two of its keys have the same kid")
    if not keys:
        raise BadKeys(f"it has no RSA key for RS256 with a kid and {MIN_BITS} to {MAX_BITS} bits")
    return keys


def _fits(jwk: Mapping[str, Any]) -> bool:
    kid = jwk.get("kid")
    meant = jwk.get("use", "sig") == "sig" and jwk.get("alg", "RS256") == "RS256" and "verify" in jwk.get("key_ops", ["verify"])
    return jwk.get("kty") == "RSA" and isinstance(kid, str) and bool(kid) and meant


def _imported(jwk: Mapping[str, Any]) -> RSAKey | None:
    try:
        if not MIN_BITS <= base64_to_int(jwk["n"]).bit_length() <= MAX_BITS:
            return None
        return RSAKey.import_key({name: jwk[name] for name in ("kty", "n", "e", "kid")})
    except (JoseError, ValueError, TypeError, KeyError):
        return None


class Keys:
    """The keys at ``location`` as they were last read; the last good ones stay while it is away or spoilt.

    A key that was taken out there stops working here within ``reload_seconds``; a new one works at its first token, or
    `COOLDOWN_SECONDS` later.
    """

    def __init__(self, location: str, reload_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._location = location
        self._reload_seconds = reload_seconds
        self._clock = clock
        self._keys: dict[str, RSAKey] = {}
        self._next_look = 0.0
        self._looking: asyncio.Task[None] | None = None

    def get(self, kid: str) -> RSAKey | None:
        return self._keys.get(kid)

    async def find(self, kid: str) -> RSAKey | None:
        """The key; one that is not known is looked for, by one look for all who wait."""
        if kid not in self._keys and (self._looking is not None or self._clock() >= self._next_look):
            await self._look()
        return self._keys.get(kid)

    async def load(self) -> None:
        """Reads them; `BadKeys` when that fails."""
        self._next_look = self._clock() + COOLDOWN_SECONDS
        read = parse(await _fetched(self._location))
        for kid, known in self._keys.items():
            # An unchanged key stays the same object: by that the verifier knows that what it remembers still holds.
            if kid in read and read[kid].dict_value == known.dict_value:
                read[kid] = known
        self._keys = read

    async def stay_fresh(self) -> None:
        """Reads them again and again, until cancelled."""
        while True:
            await asyncio.sleep(self._reload_seconds)
            await self._look()

    async def _look(self) -> None:
        if self._looking is None:
            self._looking = asyncio.create_task(self._reload())
        # Shielded: the client that began the look may leave, the others wait on.
        await asyncio.shield(self._looking)

    async def _reload(self) -> None:
        try:
            await self.load()
        except BadKeys as error:
            _log.warning("the keys of tokens cannot be read again; the last good ones stay", error=str(error))
        finally:
            self._looking = None


async def _fetched(location: str) -> bytes:
    if urlsplit(location).scheme in {"http", "https"}:
        return await _downloaded(location)
    try:
        return await asyncio.to_thread(Path(location).read_bytes)
    except OSError as error:
        raise BadKeys(f"the file cannot be read ({error.strerror})") from None


async def _downloaded(url: str) -> bytes:
    import httpx  # most services have a file: see test_starting

    body = b""
    try:
        async with (
            asyncio.timeout(FETCH_SECONDS),
            httpx.AsyncClient(timeout=FETCH_SECONDS) as client,
            client.stream("GET", url, headers={"accept": "application/json"}) as answer,
        ):
            answer.raise_for_status()
            async for chunk in answer.aiter_bytes():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise BadKeys(f"it is larger than {MAX_BYTES} bytes")
    except httpx.HTTPStatusError as error:
        raise BadKeys(f"its server answers with status {error.response.status_code}") from None
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError) as error:
        raise BadKeys(f"its server does not answer ({type(error).__name__})") from None
    return body
