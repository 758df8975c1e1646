"""Ids here that look like others."""

from enum import StrEnum

from channel_service.look_alikes import look_alike_routes


class Kind(StrEnum):
    PRODUCT = "product"
    WAREHOUSE = "warehouse"
    ORDER = "order"
    CREDIT_NOTE = "credit_note"


router = look_alike_routes(Kind)
