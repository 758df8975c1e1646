"""Sources: who pushes to us, how they are set up, and their secrets."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

import sqlalchemy as sa
from channel_service import (
    BRAND,
    ROTATION,
    Allow,
    By,
    Commands,
    KeptSecrets,
    Key,
    Listing,
    LogDep,
    NewSecret,
    Rotation,
    RuntimeDep,
    list_route,
    set_etag,
)
from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from orders_inventory.application.platforms import CONNECTORS
from orders_inventory.application.sources import defining, find_source, rotating
from orders_inventory.domain.source import DefineSource, SkuRule, Source
from orders_inventory.views.sources import SOURCES, TABLE

SECRETS = KeptSecrets("source_secret", owner="source", thing="source")
"""What the sources sign with."""
router = APIRouter(prefix="/v1/sources", tags=["sources"], dependencies=[Allow(*BRAND)])

SourceCode = Annotated[str, Field(max_length=40, description="Also the source of its orders' numbers.", examples=["shop"]), Path()]


class SkuFallbackOut(BaseModel):
    """What stands for a SKU that a line lacks."""

    model_config = ConfigDict(from_attributes=True)

    rule: SkuRule = Field(examples=["fixed"])
    sku: str = Field(examples=["UNKNOWN"])


class SecretOut(BaseModel):
    secret_id: str = Field(examples=["s-1"])
    until: datetime | None = Field(description="Until when it counts; null for the newest.")


class _Header(BaseModel):
    source: str = Field(examples=["shop"])
    platform: str = Field(examples=["woocommerce"])
    partner_id: str | None
    channel_type: str | None
    warehouse: str = Field(examples=["sh"])
    zone: str = Field(examples=["Asia/Shanghai"])


class SourceOut(_Header):
    """A source as it is now. Secrets are named, never shown again."""

    sku_fallback: SkuFallbackOut
    currencies: list[str] = Field(examples=[["CNY"]])
    active: bool
    secrets: list[SecretOut]

    @classmethod
    def of(cls, source: Source, now: datetime) -> "SourceOut":
        settings: Any = source.settings
        return cls(
            source=source.source,
            platform=str(source.platform),
            partner_id=settings.partner_id,
            channel_type=settings.channel_type,
            warehouse=settings.warehouse,
            zone=settings.zone,
            sku_fallback=SkuFallbackOut.model_validate(settings.sku_fallback),
            currencies=list(settings.currencies),
            active=settings.active,
            secrets=[SecretOut(secret_id=one, until=until) for one, until in source.secrets.items() if until is None or until > now],
        )


class SourceRow(_Header):
    active: bool
    defined_on: date
    secret_id: str | None = Field(description="The newest secret.")


Commands(router).put("/{source}", DefineSource, use=defining, allow=[], created=True, summary="Define a source")


@router.post("/{source}/secrets", dependencies=[Allow()], summary="Give it a new secret", status_code=201)
async def post_secret(source: SourceCode, runtime: RuntimeDep, log: LogDep, by: By, key: Key, body: Rotation = ROTATION) -> NewSecret:
    """The new one counts at once and those before it a while longer, so that nothing is refused while the platform is changed over."""
    found, _ = await find_source(log, source)
    make, use = CONNECTORS[str(found.platform)].new_secret, rotating(source, body.previous_until)
    return await SECRETS.rotate(log, runtime.settings, source, make, use, by, key)


@router.get("/{source}", summary="One source")
async def get_source(source: SourceCode, log: LogDep, response: Response) -> SourceOut:
    """Always current."""
    found, tag = await find_source(log, source)
    # Which secrets still count depends on the time, so the same events may be another answer.
    set_etag(response, tag, dated=True)
    return SourceOut.of(found, datetime.now(UTC))


SOURCE_LIST = Listing(SOURCES, sa.select(TABLE.sql), order=[TABLE.sql.c.source], search=TABLE)
"""Found by the code of the source or the id of its partner."""
list_route(router, "", SOURCE_LIST, SourceRow, summary="Sources")
