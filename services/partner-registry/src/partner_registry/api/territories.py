"""Territories: a tree of codes."""

from datetime import date

from channel_service import BRAND, Allow, Commands, Page, PageDep, ReadDep, Role, Search, SeenBy, fetch_page
from fastapi import APIRouter
from pydantic import BaseModel, Field

from partner_registry.domain.territories import DefineTerritory
from partner_registry.views.territory_list import TERRITORY_LIST, listed

router = APIRouter(prefix="/v1/territories", tags=["territories"], dependencies=[Allow(*BRAND)])


class Territory(BaseModel):
    territory: str = Field(examples=["CN-E"])
    name: str = Field(examples=["East China"])
    parent: str | None = Field(examples=["CN"])
    path: list[str] = Field(description="Codes from the root down to this one.", examples=[["CN", "CN-E"]])
    defined_on: date


Commands(router).put(
    "/{territory}", DefineTerritory, allow=[Role.CHANNEL_MANAGER], created=True, id=lambda c: c.territory, summary="Define a territory"
)


@router.get("", summary="All territories, by code", dependencies=[SeenBy(TERRITORY_LIST)])
async def list_territories(read: ReadDep, page: PageDep, q: Search = None) -> Page[Territory]:
    query, order = listed(q)
    return await fetch_page(read, query, page, key=[order], row=Territory.model_validate)
