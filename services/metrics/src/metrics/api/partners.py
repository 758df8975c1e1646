"""Partners as they are known here, so that a client can show names: read only, the owner is partner-registry."""

import sqlalchemy as sa
from channel_service import Page, PageDep, ReadDep, fetch_page
from fastapi import APIRouter
from pydantic import BaseModel, Field

from metrics.views.hierarchy import PARTNER

router = APIRouter(prefix="/v1/partners", tags=["partners"])


class Partner(BaseModel):
    partner: str = Field(examples=["p-1001"])
    name: str = Field(examples=["Northern Wheels"])
    channel_type: str = Field(examples=["retailer"])
    segment: str | None = Field(examples=["Specialty Bike Shop"])


@router.get("", summary="Partners known here")
async def list_partners(read: ReadDep, page: PageDep) -> Page[Partner]:
    return await fetch_page(read, sa.select(PARTNER.sql), page, key=[PARTNER.sql.c.partner], row=Partner.model_validate)
