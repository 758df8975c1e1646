"""Sources: who pushes to us, how they are set up, and their secrets."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from channel_events import connect_as
from channel_service import (
    BRAND,
    Allow,
    By,
    Dated,
    Key,
    Label,
    LogDep,
    Page,
    PageDep,
    ReadDep,
    Receipt,
    Role,
    Rule,
    RuntimeDep,
    Sealer,
    Search,
    SeenBy,
    StrictModel,
    Today,
    fetch_page,
    set_etag,
)
from fastapi import APIRouter, Path, Response, status
from pydantic import AfterValidator, BaseModel, Field

from orders_inventory.api.models import Warehouse
from orders_inventory.application.sources import define_source, find_source, rotate_secret
from orders_inventory.domain.source import DefineSource, SkuRule, Source, SourceSettings
from orders_inventory.views.sources import SOURCES, sources

router = APIRouter(prefix="/v1/sources", tags=["sources"], dependencies=[Allow(*BRAND)])
DEFINE = [Allow(Role.OPS)]
DAY = 86_400


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, OSError, ValueError):
        raise Rule("must be a time zone of the IANA list, like Asia/Shanghai", "应为 IANA 时区名称，如 Asia/Shanghai") from None
    return value


SourceCode = Annotated[str, Field(max_length=40, description="Also the source of its orders' numbers.", examples=["shop"]), Path()]
Zone = Annotated[str, Field(min_length=1, max_length=64, examples=["Asia/Shanghai"]), AfterValidator(_zone)]
Platform = Literal["woocommerce", "cloudevents"]


class SkuFallback(StrictModel):
    """``refuse``: a line without a SKU is parked. ``product_id``: ``sku`` and the platform's product number. ``fixed``: ``sku``."""

    rule: SkuRule = Field(default=SkuRule.REFUSE, examples=["product_id"])
    sku: str = Field(default="", max_length=64, examples=["woo-"])


class SourceIn(Dated):
    platform: Platform = Field(description="Fixed once the source is defined.", examples=["woocommerce"])
    partner_id: Annotated[str, Field(min_length=1, max_length=100)] | None = Field(
        None, description="Whose orders all of them are. Without it each push names the partner; WooCommerce cannot.", examples=["p-1001"]
    )
    channel_type: Label | None = Field(None, description="Instead of the partner's own, on these orders.", examples=["ecommerce"])
    warehouse: Warehouse = Field(description="Where its orders are served from, unless a push names another.")
    zone: Zone = Field(description="Where its business day is lived.")
    sku_fallback: SkuFallback = Field(SkuFallback(), description="What stands for a SKU that a line lacks.")
    currencies: list[Annotated[str, Field(min_length=3, max_length=3)]] = Field(
        [], max_length=50, description="The only ones accepted; none named means any.", examples=[["CNY"]]
    )
    active: bool = Field(True, description="Pushes of a source that is not active are refused.")

    def command(self, source: str, today: date) -> DefineSource:
        settings = SourceSettings(
            warehouse=self.warehouse,
            zone=self.zone,
            partner_id=self.partner_id,
            channel_type=self.channel_type,
            sku_rule=self.sku_fallback.rule,
            sku=self.sku_fallback.sku,
            currencies=tuple(sorted(set(self.currencies))),
            active=self.active,
        )
        return DefineSource(source=source, platform=self.platform, settings=settings, on=self.on or today)


class SecretOut(BaseModel):
    secret_id: str = Field(examples=["s-1"])
    until: datetime | None = Field(description="Until when it counts; null for the newest.")


class SourceOut(BaseModel):
    """A source as it is now. Secrets are named, never shown again."""

    source: str = Field(examples=["shop"])
    platform: str = Field(examples=["woocommerce"])
    partner_id: str | None
    channel_type: str | None
    warehouse: str = Field(examples=["sh"])
    zone: str = Field(examples=["Asia/Shanghai"])
    sku_fallback: SkuFallback
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
            sku_fallback=SkuFallback(rule=settings.sku_rule, sku=settings.sku),
            currencies=list(settings.currencies),
            active=settings.active,
            secrets=[SecretOut(secret_id=one, until=until) for one, until in source.secrets.items() if until is None or until > now],
        )


class SourceRow(BaseModel):
    source: str = Field(examples=["shop"])
    platform: str = Field(examples=["woocommerce"])
    partner_id: str | None
    channel_type: str | None
    warehouse: str = Field(examples=["sh"])
    zone: str = Field(examples=["Asia/Shanghai"])
    active: bool
    defined_on: date
    secret_id: str | None = Field(description="The newest secret.")


class Rotation(StrictModel):
    previous_valid_for: int = Field(
        default=DAY, ge=0, le=90 * DAY, strict=True, description="Seconds that the secrets before it still count: 0 when they became known."
    )


ROTATION = Rotation()


class NewSecret(Receipt):
    """``secret`` is shown this once: null when the request is a repeat."""

    secret_id: str = Field(examples=["s-1"])
    secret: str | None = Field(examples=["whsec_..."])
    previous_until: datetime


@router.put(
    "/{source}", dependencies=DEFINE, summary="Define a source", responses={201: {"description": "It is new or changed.", "model": Receipt}}
)
async def put_source(source: SourceCode, body: SourceIn, log: LogDep, by: By, key: Key, today: Today, response: Response) -> Receipt:
    """The same again changes nothing. It needs a secret before it can push."""
    receipt = Receipt.of(source, await define_source(log, body.command(source, today), by, key))
    response.status_code = status.HTTP_201_CREATED if receipt.changed else status.HTTP_200_OK
    return receipt


@router.post("/{source}/secrets", dependencies=DEFINE, summary="Give it a new secret", status_code=201)
async def post_secret(
    source: SourceCode, runtime: RuntimeDep, log: LogDep, by: By, key: Key, today: Today, body: Rotation = ROTATION
) -> NewSecret:
    """The new one counts at once and those before it a while longer, so that nothing is refused while the platform is changed over."""
    seal, previous_for = Sealer.of(runtime.settings).seal, timedelta(seconds=body.previous_valid_for)
    connection = await connect_as(runtime.settings.database_url, "qudao-secrets", seconds=10)
    try:
        secret_id, secret, appended = await rotate_secret(log, connection, seal, source, previous_for, today, datetime.now(UTC), by, key)
    finally:
        await connection.close(timeout=5)
    until = appended.events[0].data.previous_until
    return NewSecret.of(source, appended, secret_id=secret_id, secret=secret, previous_until=until)


@router.get("/{source}", summary="One source")
async def get_source(source: SourceCode, log: LogDep, response: Response) -> SourceOut:
    """Always current."""
    found, tag = await find_source(log, source)
    # Which secrets still count depends on the time, so the same events may be another answer.
    set_etag(response, tag, dated=True)
    return SourceOut.of(found, datetime.now(UTC))


@router.get("", summary="Sources", dependencies=[SeenBy(SOURCES)])
async def list_sources(read: ReadDep, page: PageDep, q: Search = None) -> Page[SourceRow]:
    query, key = sources(q)
    return await fetch_page(read, query, page, key=[key], row=SourceRow.model_validate)
