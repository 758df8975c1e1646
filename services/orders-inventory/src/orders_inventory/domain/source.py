"""A source that pushes to us: whose orders they are, how what the platform leaves open is filled in, and its secrets' lives.

The secrets themselves are never in the log; here are only their names and until when each counts.
"""

from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias

from channel_events.pure import Decider, Rejected, event
from msgspec import Struct
from msgspec.structs import replace

from orders_inventory.domain.codes import checked_sku, checked_source, checked_warehouse
from orders_inventory.domain.currency import ISO_4217


class SkuRule(StrEnum):
    """What stands for a line's SKU when the platform sends none."""

    REFUSE = "refuse"
    """The push is parked."""
    PRODUCT_ID = "product_id"
    """The platform's own number of the variation or product, behind ``sku``: ``woo-93``."""
    FIXED = "fixed"
    """``sku``, whatever was sold."""


class SourceSettings(Struct, frozen=True, kw_only=True):
    """``partner_id``: whose orders all of them are; without it each push must name the partner.

    ``channel_type`` replaces the partner's own on these orders. ``zone`` is where the shop's business day is lived, as an
    IANA name. ``currencies``: the only ones accepted; none named means any of ISO 4217.
    """

    warehouse: str
    zone: str
    partner_id: str | None = None
    channel_type: str | None = None
    sku_rule: SkuRule = SkuRule.REFUSE
    sku: str = ""
    currencies: tuple[str, ...] = ()
    active: bool = True


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


class DefineSource(Struct, frozen=True, kw_only=True):
    source: str
    platform: str
    settings: SourceSettings
    on: date


class RotateSecret(Struct, frozen=True, kw_only=True):
    source: str
    secret_id: str
    previous_until: datetime
    on: date


class AcceptPush(Struct, frozen=True):
    """Asked in the same write as what keeps a push: whether the source is active and the secret that signed counts at ``at``."""

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


def decide(command: SourceCommand, source: Source) -> Iterator[SourceEvent]:
    match command:
        case DefineSource():
            yield from _define(command, source)
        case RotateSecret():
            if source.settings is None:
                raise Rejected("source_unknown", source=command.source)
            yield SourceSecretRotated(
                source=command.source, secret_id=command.secret_id, previous_until=command.previous_until, occurred_on=command.on
            )
        case AcceptPush():
            _accept(command, source)


def _define(command: DefineSource, source: Source) -> Iterator[SourceDefined]:
    checked_source(command.source)
    settings = command.settings
    checked_warehouse(settings.warehouse)
    if settings.sku_rule is not SkuRule.REFUSE:
        checked_sku(settings.sku)
    for currency in settings.currencies:
        if currency not in ISO_4217:
            raise Rejected("currency_invalid", currency=currency)
    # What is kept was read by this platform's rules and is read again when it is re-driven.
    if source.platform not in (None, command.platform):
        raise Rejected("source_platform_fixed", source=command.source, platform=source.platform)
    if settings != source.settings:
        yield SourceDefined(source=command.source, platform=command.platform, settings=settings, occurred_on=command.on)


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
