"""``GET /v1/look-alikes``: ids that look like others, to look at."""

from datetime import date
from enum import Enum
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter
from pydantic import BaseModel, BeforeValidator, Field, computed_field, create_model

from channel_service.auth import BRAND, Allow
from channel_service.listing import Listing, list_route, same
from channel_service.look_alikes.deciding import warning
from channel_service.look_alikes.view import LOOK_ALIKES, TABLE


def _lines(text: Any) -> Any:
    return text.split("\n") if isinstance(text, str) else text


class Warned(BaseModel):
    """In both languages: a list has no language of its own."""

    en: str = Field(examples=["pen-01 looks like PEN-01 and is another one; if one of them is a mistake, use only the other from now on."])
    zh: str = Field(examples=["pen-01 与 PEN-01 看起来相同，但并非同一个；若其中之一有误，今后请只使用另一个。"])


class LookAlike(BaseModel):
    """An id that differs from others for machines only: in Unicode's form, case, width, letters drawn alike, or signs without a width."""

    kind: str
    within: str = Field(description="What it need only be one of, like the source of a number; empty for others.", examples=["shop"])
    id: str = Field(examples=["pen-01"])
    others: Annotated[list[str], BeforeValidator(_lines)] = Field(
        description="The ids that were there before and look so.", examples=[["PEN-01"]]
    )
    found_on: date
    event_id: str = Field(description="``/v1/events/{id}`` shows it.", examples=["0f1b6d5e-7a63-4c0e-9d0e-6f4a1f6f2b11"])

    @computed_field  # type: ignore[prop-decorator]
    @property
    def warning(self) -> Warned:
        """What to look at, for people."""
        said = warning(self.id, self.others)
        return Warned(en=said.en, zh=said.zh)


def look_alike_routes(kinds: type[Enum]) -> APIRouter:
    """The list, for a service whose things are of these ``kinds``; it has `LOOK_ALIKE` and `LOOK_ALIKES` among its deciders and views."""
    router = APIRouter(tags=["look-alikes"], dependencies=[Allow(*BRAND)])
    model = create_model("LookAlike", __base__=LookAlike, __doc__=LookAlike.__doc__, kind=(kinds, ...))
    c = TABLE.sql.c
    listed = Listing(LOOK_ALIKES, sa.select(TABLE.sql), order=[c.kind, c.within, c.id], filters=[same(c.kind, kinds)], search=TABLE)
    list_route(router, "/v1/look-alikes", listed, model, summary="Ids that look like others")
    return router
