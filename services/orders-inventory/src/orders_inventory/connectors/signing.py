"""HMAC-SHA256 over raw bytes, compared in constant time."""

import base64
import binascii
import hmac
from collections.abc import Sequence

_SIGNATURE_LENGTH = 44
"""Of 32 bytes in base64."""


def from_base64(signature: str) -> bytes | None:
    """The 32 bytes of a signature; ``None`` for anything that is not exactly their base64: hex, too long, blanks, other alphabets."""
    if len(signature) != _SIGNATURE_LENGTH or not signature.isascii():
        return None
    try:
        return base64.b64decode(signature, validate=True)
    except binascii.Error:
        return None


def signer(signatures: Sequence[bytes], keys: Sequence[bytes], message: bytes) -> int | None:
    """The number of the key that made one of the signatures over ``message``; ``None`` when none did.

    All keys are tried, whatever matches, so that the time tells nothing about them.
    """
    found: int | None = None
    for number, key in enumerate(keys):
        expected = hmac.digest(key, message, "sha256")
        for signature in signatures:
            if hmac.compare_digest(expected, signature):
                found = number
    return found
