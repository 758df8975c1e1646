"""Partners as they are known here, so that a client can show names: read only, the owner is partner-registry."""

from channel_service import BRAND, Allow, Page, PageDep, ReadDep, Role, Search, SeenBy, fetch_page
from fastapi import APIRouter
from pydantic import BaseModel, Field

from metrics.views.hierarchy import HIERARCHY, partners

router = APIRouter(prefix="/v1/partners", tags=["partners"], dependencies=[Allow(*BRAND, Role.PARTNER)])


class Partner(BaseModel):
    partner: str = Field(examples=["p-1001"])
    name: str = Field(examples=["Northern Wheels"])
    channel_type: str = Field(examples=["retailer"])
    segment: str | None = Field(examples=["Specialty Bike Shop"])


@router.get("", summary="Partners known here", dependencies=[SeenBy(HIERARCHY)])
async def list_partners(read: ReadDep, page: PageDep, q: Search = None) -> Page[Partner]:
    query, key = partners(q)
    return await fetch_page(read, query, page, key=[key], row=Partner.model_validate)
