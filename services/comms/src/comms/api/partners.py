"""Partners as this service knows them: read only, the owner is partner-registry."""

from datetime import date

import sqlalchemy as sa
from channel_events.pure import Rejected
from channel_service import Page, PageDep, ReadDep, fetch_page
from fastapi import APIRouter
from pydantic import BaseModel, Field

from comms.views.partner_copy import TABLE

router = APIRouter(prefix="/v1/partners", tags=["partners"])


class Partner(BaseModel):
    """A partner by the last event of it that arrived here."""

    partner_id: str = Field(examples=["p-1001"])
    name: str = Field(examples=["Northern Wheels"])
    channel_type: str = Field(examples=["retailer"])
    segment: str | None = Field(examples=["Specialty Bike Shop"])
    territory: str = Field(examples=["CN-NORTH"])
    parent: str | None = Field(examples=["p-1000"])
    status: str = Field(examples=["active"])
    applied_on: date


@router.get("", summary="Partners known here")
async def list_partners(read: ReadDep, page: PageDep) -> Page[Partner]:
    return await fetch_page(read, sa.select(TABLE.sql), page, key=[TABLE.sql.c.partner_id], row=Partner.model_validate)


@router.get("/{partner_id}", summary="One partner")
async def one_partner(partner_id: str, read: ReadDep) -> Partner:
    row = (await read.execute(sa.select(TABLE.sql).where(TABLE.sql.c.partner_id == partner_id))).mappings().one_or_none()
    if row is None:
        raise Rejected("partner_unknown", partner_id=partner_id)
    return Partner.model_validate(row)
