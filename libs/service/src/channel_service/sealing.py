"""Secrets of others (those a source signs with), sealed before they are stored: a copy of the database alone gives none away."""

import base64
import os
from collections.abc import Sequence
from typing import Self

from channel_events import Rejected
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from channel_service.settings import Settings

_NONCE_BYTES = 12


class Sealer:
    """AES-256-GCM under the keys of ``QUDAO_SECRETS_KEY``: the first one seals, all of them open, so that keys can be replaced."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._ciphers = [AESGCM(key) for key in keys]

    @classmethod
    def of(cls, settings: Settings) -> Self:
        keys = [] if settings.secrets_key is None else settings.secrets_key.get_secret_value().split(",")
        return cls([base64.b64decode(key.strip()) for key in keys])

    def seal(self, secret: str, name: str) -> bytes:
        """``name`` is sealed in: what was sealed as one thing never opens as another. `Rejected`: ``secrets_key_missing``."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._first().encrypt(nonce, secret.encode(), name.encode())

    def open(self, sealed: bytes, name: str) -> str:
        """The secret; `Rejected` (``secrets_key_missing``) when none of the keys sealed it as ``name``."""
        for cipher in self._ciphers:
            try:
                return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], name.encode()).decode()
            except InvalidTag:
                continue
        raise Rejected("secrets_key_missing")

    def _first(self) -> AESGCM:
        if not self._ciphers:
            raise Rejected("secrets_key_missing")
        return self._ciphers[0]
