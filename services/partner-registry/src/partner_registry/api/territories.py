"""Territories: a tree of codes."""

from datetime import date

from channel_service import BRAND, Allow, Commands, Listing, Role, list_route
from fastapi import APIRouter
from pydantic import BaseModel, Field

from partner_registry.application.territories import defining
from partner_registry.domain.territories import DefineTerritory
from partner_registry.views.territory_list import ROWS, TERRITORY_LIST, TERRITORY_TABLE

router = APIRouter(prefix="/v1/territories", tags=["territories"], dependencies=[Allow(*BRAND)])


class Territory(BaseModel):
    territory: str = Field(examples=["CN-E"])
    name: str = Field(examples=["East China"])
    parent: str | None = Field(examples=["CN"])
    path: list[str] = Field(description="Codes from the root down to this one.", examples=[["CN", "CN-E"]])
    defined_on: date


Commands(router).put(
    "/{territory}",
    DefineTerritory,
    use=defining,
    allow=[Role.CHANNEL_MANAGER],
    created=True,
    id=lambda c: c.territory,
    summary="Define a territory",
)


TERRITORIES = Listing(TERRITORY_LIST, ROWS, order=[TERRITORY_TABLE.sql.c.territory], search=TERRITORY_TABLE)
list_route(router, "", TERRITORIES, Territory, summary="All territories, by code")
