"""A source that pushes to us: whose orders they are, how what the platform leaves open is filled in, and its secrets' lives.

The secrets themselves are never in the log; here are only their names and until when each counts.
"""

from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, TypeAlias

from channel_events.pure import Decider, Known, Rejected, command, event
from channel_terms import CURRENCIES, Code, HappenedOn, Label, Zone, happened_on
from msgspec import Meta, Struct, convert
from msgspec.structs import replace

from orders_inventory.domain.codes import checked_shop, checked_sku, checked_warehouse
from orders_inventory.domain.words import PartnerId, WarehouseCode


class SkuRule(StrEnum):
    """What stands for a line's SKU when the platform sends none."""

    REFUSE = "refuse"
    """The push is parked."""
    PRODUCT_ID = "product_id"
    """The platform's own number of the variation or product, behind ``sku``: ``woo-93``."""
    FIXED = "fixed"
    """``sku``, whatever was sold."""


class SkuFallback(Struct, frozen=True, forbid_unknown_fields=True):
    """``refuse``: a line without a SKU is parked. ``product_id``: ``sku`` and the platform's product number. ``fixed``: ``sku``."""

    rule: Annotated[SkuRule, Meta(examples=["product_id"])] = SkuRule.REFUSE
    sku: Annotated[str, Meta(max_length=64, examples=["woo-"])] = ""


class SourceSettings(Struct, frozen=True, kw_only=True):
    """How a source is set up."""

    partner_id: Annotated[
        PartnerId | None,
        Meta(description="Whose orders all of them are. Without it each push names the partner; WooCommerce cannot.", examples=["p-1001"]),
    ] = None
    channel_type: Annotated[Label | None, Meta(description="Instead of the partner's own, on these orders.", examples=["ecommerce"])] = None
    warehouse: Annotated[WarehouseCode, Meta(description="Where its orders are served from, unless a push names another.")]
    zone: Annotated[Zone, Meta(description="Where its business day is lived.")]
    sku_fallback: Annotated[SkuFallback, Meta(description="What stands for a SKU that a line lacks.")] = SkuFallback()
    currencies: Annotated[
        tuple[Annotated[str, Meta(min_length=3, max_length=3)], ...],
        Meta(max_length=50, description="The only ones accepted; none named means any.", examples=[["CNY"]]),
    ] = ()
    active: Annotated[bool, Meta(description="Pushes of a source that is not active are refused.")] = True


@event("source_defined")
class SourceDefined(Struct, frozen=True, kw_only=True):
    """The source is set up like this from now on; a later one replaces it, but for the platform."""

    source: str
    platform: str
    settings: SourceSettings
    occurred_on: date


@event("source_secret_rotated")
class SourceSecretRotated(Struct, frozen=True, kw_only=True):
    """The secret of this name counts from now on; those before it until ``previous_until``."""

    source: str
    secret_id: str
    previous_until: datetime
    occurred_on: date


@command("define_source", stream="source/{source}")
class DefineSource(SourceSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same again changes nothing. It needs a secret before it can push."""

    source: Annotated[str, Meta(max_length=40, description="Also the source of its orders' numbers.", examples=["shop"])]
    platform: Annotated[Code, Meta(description="One that there is a connector for, for ever.", examples=["woocommerce", "cloudevents"])]
    on: HappenedOn = None

    @property
    def settings(self) -> SourceSettings:
        """What it says of how the source is set up; the order of currencies means nothing."""
        said = convert(self, SourceSettings, from_attributes=True)
        return replace(said, currencies=tuple(sorted(set(said.currencies))))


@command("rotate_secret", stream="source/{source}")
class RotateSecret(Struct, frozen=True, kw_only=True):
    source: str
    secret_id: str
    previous_until: datetime


@command("accept_push", stream="source/{source}")
class AcceptPush(Struct, frozen=True):
    """Asked in the same write as what keeps a push: whether the source is active and the secret that signed counts at ``at``."""

    source: str
    secret_id: str
    at: datetime


SourceEvent: TypeAlias = SourceDefined | SourceSecretRotated
SourceCommand: TypeAlias = DefineSource | RotateSecret | AcceptPush


class Source(Struct, frozen=True):
    """``platform`` and ``settings`` are ``None`` before the source is defined. ``secrets``: until when each counts, ``None`` for ever."""

    source: str = ""
    platform: str | None = None
    settings: SourceSettings | None = None
    secrets: dict[str, datetime | None] = {}


def decide(command: SourceCommand, source: Source, known: Known) -> Iterator[SourceEvent]:
    match command:
        case DefineSource():
            yield from _define(command, source, happened_on(command.on, known))
        case RotateSecret():
            if source.settings is None:
                raise Rejected("source_unknown", source=command.source)
            yield SourceSecretRotated(
                source=command.source, secret_id=command.secret_id, previous_until=command.previous_until, occurred_on=known.today
            )
        case AcceptPush():
            _accept(command, source)


def _define(command: DefineSource, source: Source, on: date) -> Iterator[SourceDefined]:
    checked_shop(command.source)
    settings = command.settings
    checked_warehouse(settings.warehouse)
    if settings.sku_fallback.rule is not SkuRule.REFUSE:
        checked_sku(settings.sku_fallback.sku)
    for currency in settings.currencies:
        if currency not in CURRENCIES:
            raise Rejected("currency_invalid", currency=currency)
    # What is kept was read by this platform's rules and is read again when it is re-driven.
    if source.platform not in (None, command.platform):
        raise Rejected("source_platform_fixed", source=command.source, platform=source.platform)
    if settings != source.settings:
        yield SourceDefined(source=command.source, platform=command.platform, settings=settings, occurred_on=on)


def _accept(command: AcceptPush, source: Source) -> None:
    if source.settings is None or command.secret_id not in source.secrets:
        raise Rejected("push_unsigned")
    until = source.secrets[command.secret_id]
    if until is not None and command.at >= until:
        raise Rejected("push_unsigned")
    if not source.settings.active:
        raise Rejected("source_inactive", source=source.source)


def evolve(source: Source, event: SourceEvent) -> Source:
    match event:
        case SourceDefined():
            return replace(source, source=event.source, platform=event.platform, settings=event.settings)
        case SourceSecretRotated():
            before = {name: min(until or event.previous_until, event.previous_until) for name, until in source.secrets.items()}
            return replace(source, secrets={**before, event.secret_id: None})


SOURCE: Decider[SourceCommand, Source, SourceEvent] = Decider(
    "source", initial=Source(), decide=decide, evolve=evolve, events=[SourceDefined, SourceSecretRotated]
)
