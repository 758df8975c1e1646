"""The stack's own issuer of tokens, in place of an identity provider."""

import json
import os
import secrets
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, get_args

from joserfc import jwt
from joserfc.jwk import RSAKey

ISSUER = "https://qudao.local"
AUDIENCE = "qudao"
Role = Literal["brand_admin", "channel_manager", "finance", "ops", "auditor", "partner", "source"]
ROLES: tuple[str, ...] = get_args(Role)


class Issuer:
    """Makes a key when ``folder`` has none, readable by its owner only, and the JWKS beside it that services are given.

    Who can read the key is anybody to this stack: on a real installation tokens come from an identity provider.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.jwks = folder / "jwks.json"
        self._key = _key_in(folder)
        _write(self.jwks, {"keys": [{**self._key.as_dict(private=False), "use": "sig", "alg": "RS256"}]})

    @property
    def settings(self) -> dict[str, str]:
        """What makes a service trust its tokens."""
        return {"AUTH_ISSUER": ISSUER, "AUTH_AUDIENCE": AUDIENCE, "AUTH_JWKS": str(self.jwks)}

    def token(self, role: str, *, partner_id: str | None = None, source: str | None = None, hours: float = 12) -> str:
        """A token for ``role``, good from now; `ValueError` with what to write for a role that there is not, or that lacks its id."""
        if role not in ROLES:
            raise ValueError(f"there is no role {role!r}; write one of {', '.join(ROLES)}")
        for needs, given in (("partner", partner_id), ("source", source)):
            if (role == needs) != bool(given):
                raise ValueError(f"{needs.upper()}= goes with ROLE={needs}, and only with it")
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": partner_id or source or role,
            "iat": now,
            "exp": now + int(hours * 3600),
            "roles": [role],
            **({"partner_id": partner_id} if partner_id else {}),
            **({"source": source} if source else {}),
        }
        return jwt.encode({"alg": "RS256", "kid": self._key.kid}, claims, self._key, algorithms=["RS256"])


def _key_in(folder: Path) -> RSAKey:
    file = folder / "key.json"
    if not file.exists():
        draft = folder / f"key.json.{secrets.token_hex(4)}"
        _write(draft, RSAKey.generate_key(2048, auto_kid=True).as_dict(private=True))
        with suppress(FileExistsError):  # another was quicker: its key counts, also for us
            os.link(draft, file)
        draft.unlink()
    return RSAKey.import_key(json.loads(file.read_text("utf-8")))


def _write(file: Path, document: Any) -> None:
    """Whole or not at all, for its owner's eyes only from the first byte on."""
    draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    draft.touch(mode=0o600, exist_ok=False)
    draft.write_text(json.dumps(document), "utf-8")
    draft.replace(file)
