"""Territories: a tree of codes."""

from datetime import date
from typing import Annotated

from channel_service import (
    BRAND,
    Allow,
    By,
    Code,
    Dated,
    Key,
    LogDep,
    Page,
    PageDep,
    ReadDep,
    Receipt,
    Role,
    Search,
    SeenBy,
    Text,
    Today,
    fetch_page,
)
from fastapi import APIRouter, Path, Response, status
from pydantic import BaseModel, Field

from partner_registry.application.territories import define_territory
from partner_registry.domain.territories import DefineTerritory
from partner_registry.views.territory_list import TERRITORY_LIST, listed

router = APIRouter(prefix="/v1/territories", tags=["territories"], dependencies=[Allow(*BRAND)])


class Definition(Dated):
    name: Text = Field(examples=["East China"])
    parent: Code | None = Field(None, description="The territory that contains it; it must be there.", examples=["CN"])


class Territory(BaseModel):
    territory: str = Field(examples=["CN-E"])
    name: str = Field(examples=["East China"])
    parent: str | None = Field(examples=["CN"])
    path: list[str] = Field(description="Codes from the root down to this one.", examples=[["CN", "CN-E"]])
    defined_on: date


@router.put(
    "/{territory}",
    dependencies=[Allow(Role.CHANNEL_MANAGER)],
    summary="Define a territory",
    responses={201: {"description": "It is new.", "model": Receipt}},
)
async def put_territory(
    territory: Annotated[Code, Path(examples=["CN-E"])], body: Definition, log: LogDep, by: By, key: Key, today: Today, response: Response
) -> Receipt:
    """The same again changes nothing; other facts under a code that is taken are refused."""
    command = DefineTerritory(territory=territory, name=body.name, parent=body.parent, on=body.on, today=today)
    receipt = Receipt.of(territory, await define_territory(log, command, by, key))
    response.status_code = status.HTTP_201_CREATED if receipt.changed else status.HTTP_200_OK
    return receipt


@router.get("", summary="All territories, by code", dependencies=[SeenBy(TERRITORY_LIST)])
async def list_territories(read: ReadDep, page: PageDep, q: Search = None) -> Page[Territory]:
    query, order = listed(q)
    return await fetch_page(read, query, page, key=[order], row=Territory.model_validate)
