"""``GET /v1/partners``: partners as a service knows them, read only; their owner is partner-registry."""

from datetime import date
from typing import Any

from channel_events.pure import Rejected
from fastapi import APIRouter, Response
from pydantic import BaseModel, Field, create_model

from channel_service.auth import BRAND, Allow, Role
from channel_service.dependencies import ReadDep, Today
from channel_service.http.conditional import content_tag, set_etag
from channel_service.listing import Listing, list_route
from channel_service.partners.partner_copy import PartnerCopy
from channel_service.problems import Problem
from channel_service.seeing import SeenBy

PARTNER_UNKNOWN = Problem(
    "partner_unknown",
    404,
    "Partner {partner_id} is not known here yet.",
    "此处尚无合作伙伴 {partner_id} 的资料。",
    retryable=True,
)
"""For the catalogue of a service that has these routes."""

_SHOWN: dict[str, Any] = {
    "partner_id": (str, Field(examples=["p-1001"])),
    "name": (str, Field(examples=["Northern Wheels"])),
    "channel_type": (str, Field(examples=["retailer"])),
    "segment": (str | None, Field(examples=["Specialty Bike Shop"])),
    "territory": (str, Field(examples=["CN-NORTH"])),
    "parent": (str | None, Field(examples=["p-1000"])),
    "status": (str, Field(examples=["active"])),
    "applied_on": (date, ...),
}
_ALWAYS = {"partner_id", "territory", "parent"}


def partner_routes(partners: PartnerCopy) -> APIRouter:
    """The list of partners and one by id, with the columns that the copy keeps; ``ValueError`` for a copy without search.

    The service lists `PARTNER_UNKNOWN` among its problems.
    """
    if not partners.searched:
        raise ValueError(f"{partners.name}: people look for partners by name; a list of them needs search=True")
    router = APIRouter(prefix="/v1/partners", tags=["partners"], dependencies=[Allow(*BRAND, Role.PARTNER)])
    partner = _model(partners)
    key = partners.partner.sql.c.partner_id

    known = Listing(partners, lambda asked: partners.on(asked.today), order=[key], search=partners.partner)
    list_route(router, "", known, partner, summary="Partners known here")

    @router.get("/{partner_id}", summary="One partner", response_model=partner, dependencies=[SeenBy(partners)])
    async def one_partner(partner_id: str, read: ReadDep, today: Today, response: Response) -> BaseModel:
        row = await read.first(partners.on(today).where(key == partner_id))
        if row is None:
            raise Rejected("partner_unknown", partner_id=partner_id)
        set_etag(response, content_tag(row))
        return partner.model_validate(row)

    return router


def _model(partners: PartnerCopy) -> type[BaseModel]:
    fields = {name: field for name, field in _SHOWN.items() if name in {*_ALWAYS, *partners.kept}}
    return create_model("Partner", __doc__="A partner by the last event of it that arrived here, placed as of today.", **fields)
