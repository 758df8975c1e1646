"""Ids here that look like others."""

from enum import StrEnum

from channel_service.look_alikes import look_alike_routes


class Kind(StrEnum):
    PARTNER = "partner"
    TERRITORY = "territory"


router = look_alike_routes(Kind)
