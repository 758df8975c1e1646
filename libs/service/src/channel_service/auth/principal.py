"""Who a token speaks for."""

import math
from enum import StrEnum

import msgspec


class Role(StrEnum):
    """What a caller is to the brand. Roles of the brand's own people may come together; `PARTNER` and `SOURCE` stand alone."""

    BRAND_ADMIN = "brand_admin"
    CHANNEL_MANAGER = "channel_manager"
    FINANCE = "finance"
    OPS = "ops"
    AUDITOR = "auditor"
    PARTNER = "partner"
    SOURCE = "source"


BRAND = (Role.BRAND_ADMIN, Role.CHANNEL_MANAGER, Role.FINANCE, Role.OPS, Role.AUDITOR)
"""The brand's own people: their reads see every row."""


class Principal(msgspec.Struct, frozen=True):
    """The caller by a verified token. ``subject`` is the actor of what it writes.

    ``partner_id`` is there exactly with `Role.PARTNER`, ``source`` (the name of a machine's orders) with `Role.SOURCE`. At ``expires_at``
    (seconds since 1970) the token ends: a stream that lives longer ends with it.
    """

    subject: str
    roles: frozenset[Role]
    partner_id: str | None = None
    source: str | None = None
    expires_at: float = math.inf

    @property
    def scope(self) -> str | None:
        """Whose rows it sees: None is everybody's, for the brand's own people; a partner's are its own; anybody else sees none."""
        return None if not self.roles.isdisjoint(BRAND) else self.partner_id or ""
