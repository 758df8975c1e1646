"""Partners as this service knows them: read only, the owner is partner-registry."""

from datetime import date

from channel_events.pure import Rejected
from channel_service import BRAND, Allow, Page, PageDep, ReadDep, Role, Search, SeenBy, Today, content_tag, fetch_page, set_etag
from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from incentives.views.partner_copy import PARTNER, PARTNER_COPY, partners_on

router = APIRouter(prefix="/v1/partners", tags=["partners"], dependencies=[Allow(*BRAND, Role.PARTNER), SeenBy(PARTNER_COPY)])


class Partner(BaseModel):
    """A partner by the last event of it that arrived here, placed as of today."""

    partner_id: str = Field(examples=["p-1001"])
    name: str = Field(examples=["Northern Wheels"])
    channel_type: str = Field(examples=["retailer"])
    segment: str | None = Field(examples=["Specialty Bike Shop"])
    territory: str = Field(examples=["CN-NORTH"])
    parent: str | None = Field(examples=["p-1000"])
    status: str = Field(examples=["active"])
    applied_on: date


@router.get("", summary="Partners known here")
async def list_partners(read: ReadDep, page: PageDep, today: Today, q: Search = None) -> Page[Partner]:
    return await fetch_page(read, partners_on(today, q), page, key=[PARTNER.sql.c.partner_id], row=Partner.model_validate)


@router.get("/{partner_id}", summary="One partner")
async def one_partner(partner_id: str, read: ReadDep, today: Today, response: Response) -> Partner:
    row = (await read.execute(partners_on(today).where(PARTNER.sql.c.partner_id == partner_id))).mappings().one_or_none()
    if row is None:
        raise Rejected("partner_unknown", partner_id=partner_id)
    set_etag(response, content_tag(dict(row)))
    return Partner.model_validate(row)
