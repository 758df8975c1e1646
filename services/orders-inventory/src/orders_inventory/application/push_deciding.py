"""What a push comes to: commands on order, stock and catalogue, the version it brings, and how it was settled, in one write."""

from collections.abc import Generator
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from channel_events import Ask, On, Recorded, Rejected, Steps
from msgspec import Struct
from msgspec.structs import asdict, replace

from orders_inventory.application.cataloguing import defining_product
from orders_inventory.application.crediting import correcting, returning_goods
from orders_inventory.application.ordering import STEPS, bringing
from orders_inventory.application.platforms import CONNECTORS
from orders_inventory.application.push_money import correct_money, give_up_corrections
from orders_inventory.application.push_orders import At, follow, give_back
from orders_inventory.application.pushes import delivery_of
from orders_inventory.application.stocking import receiving
from orders_inventory.connectors.meaning import Command, Meaning, Nothing, OrderGone, Refund, Stage, WholeOrder
from orders_inventory.domain.credit import BringCorrection, BringGoods, CorrectAmount, ReturnGoods
from orders_inventory.domain.order import AsKnown, AsPlaced, BringOrder, OrderPlaced, PlaceOrder
from orders_inventory.domain.product import DefineProduct
from orders_inventory.domain.push import PUSH, Outcome, PushReceived, Settle, push_key
from orders_inventory.domain.pushed import PUSHED, TakeVersion, pushed_key
from orders_inventory.domain.source import SOURCE, SourceSettings
from orders_inventory.domain.stock import ReceiveStock


class _Told(Struct, frozen=True):
    """A push as it is decided: its source's settings, and the day it was received, in the source's zone."""

    push: PushReceived
    settings: SourceSettings
    today: date


def commands(event: Recorded) -> Steps:
    """Raises `Rejected` for what cannot be applied now; its facts say on which version of which order that was decided."""
    push = event.data
    if not isinstance(push, PushReceived) or (yield Ask(PUSH, push_key(push.source, push.push_id))).state.outcome is not None:
        return
    settings = (yield Ask(SOURCE, push.source)).state.settings
    if settings is None:
        return
    told = _Told(push, settings, _day(event.recorded_at, settings))
    meaning = CONNECTORS[push.platform].interpret(delivery_of(push), settings, event.recorded_at)
    if isinstance(meaning, Nothing):
        yield _settle(push, Outcome.IGNORED, meaning.reason, meaning.entity, None)
        return
    newest: str = (yield Ask(PUSHED, pushed_key(push.source, meaning.entity))).state
    if meaning.version <= newest:
        yield from _not_lost(meaning, push)
        outcome = Outcome.DUPLICATE if meaning.version == newest else Outcome.SUPERSEDED
        yield _settle(push, outcome, None, meaning.entity, meaning.version)
        return
    yield On(PUSHED, TakeVersion(push.source, meaning.entity, meaning.version, push.push_id))
    came = yield from _apply(told, meaning, newest)
    yield _settle(push, came.outcome, came.reason, meaning.entity, meaning.version)


def _day(moment: datetime, settings: SourceSettings) -> date:
    return moment.astimezone(ZoneInfo(settings.zone)).date()


def _settle(push: PushReceived, outcome: Outcome, reason: str | None, entity: str | None, version: str | None) -> On:
    return On(PUSH, Settle(push.source, push.push_id, outcome, reason, entity, version))


def _not_lost(meaning: Meaning, push: PushReceived) -> Steps:
    """An older content may be passed over, unless it tells of a delivery that never came to be here: then what passed it over took
    the order back too early, and a person has to look (test_the_documented_bodies_in_every_order_and_twice)."""
    if isinstance(meaning, WholeOrder) and meaning.was_delivered:
        at = At(push.source, meaning.external_id)
        yield from at.look()
        lines = at.order.lines.values()
        if lines and not any(line.delivered or line.open for line in lines):
            raise Rejected("order_is_cancelled", order_id=at.order_id)


class Came(NamedTuple):
    """What a push came to: why nothing, or what of it is left for a person."""

    outcome: Outcome = Outcome.APPLIED
    reason: str | None = None


Making = Generator[On | Ask | list[On], Any, Came]
APPLIED = Came()


def _nothing(reason: str) -> Came:
    return Came(Outcome.IGNORED, reason)


def _apply(told: _Told, meaning: Any, newest: str) -> Making:
    """``newest`` is the version of the entity that was known before, empty when nothing was."""
    match meaning:
        case WholeOrder():
            return (yield from _order(told, meaning.external_id, lambda at: _whole(told, meaning, at)))
        case OrderGone():
            return (yield from _order(told, meaning.external_id, lambda at: _gone(meaning, newest, at)))
        case Refund():
            return (yield from _order(told, meaning.external_id, lambda at: _back(told, meaning, at)))
        case _:
            return (yield from _asked(told, meaning.command))


def _asked(told: _Told, command: Command) -> Making:
    if told.settings.partner_id is not None and _is_the_brands(command):
        raise Rejected("source_of_partner", source=told.push.source, partner_id=told.settings.partner_id)
    match command:
        case PlaceOrder() as c:
            return (yield from _order(told, c.external_id or "", lambda at: _placed(told, c, at)))
        case ReturnGoods() as c:
            return (yield from _credited(told, c, BringGoods, returning_goods))
        case CorrectAmount() as c:
            return (yield from _credited(told, c, BringCorrection, correcting))
        case DefineProduct() as c:
            yield from defining_product(replace(c, on=c.on or told.today))
        case ReceiveStock() as c:
            yield from receiving(replace(c, on=c.on or told.today))
        case step:
            return (yield from _order(told, step.external_id, lambda at: _step(told, step, at)))
    return APPLIED


def _is_the_brands(command: Command) -> bool:
    """What nobody tells on behalf of one partner: products, and stock that no order of the partner explains."""
    return isinstance(command, DefineProduct | ReceiveStock) or (isinstance(command, ReturnGoods) and command.warehouse is not None)


def _credited(told: _Told, c: Any, as_brought: type[Struct], use: Any) -> Making:
    """Takes a credit note under the push's source, with the source's channel type. Only one with a number is known when it comes again."""
    if c.external_id is None:
        raise Rejected("push_unreadable", problem="data lacks external_id")
    _require_accepted(told, c.currency)
    named = {"source": told.push.source, "on": c.on or told.today, "known_as": AsKnown(channel_type=told.settings.channel_type)}
    return APPLIED if (yield from use(as_brought(**asdict(c) | named))) else _nothing("nothing_new")


def _require_accepted(told: _Told, currency: str) -> None:
    if told.settings.currencies and currency not in told.settings.currencies:
        raise Rejected("currency_not_accepted", currency=currency)


def _order(told: _Told, external_id: str, make: Any) -> Making:
    """A refusal by an order tells which version of it refused: when the order moves on, it is worth another try."""
    at = At(told.push.source, external_id)
    yield from at.look()
    version = at.version
    # Numbers of this source may have come through other doors, or when it belonged to somebody else.
    if at.order.placed is not None and told.settings.partner_id not in (None, at.placed.partner_id):
        raise Rejected("order_not_of_source", order_id=at.order_id)
    try:
        came: Came = yield from make(at)
        yield from at.look()
        if at.order.placed is not None and at.order.over and (yield from give_up_corrections(at, told.push.push_id, told.today)):
            came = Came(reason=came.reason if came.outcome is Outcome.APPLIED else None)
    except Rejected as refusal:
        raise Rejected(refusal.code, **{**refusal.facts, "order_id": at.order_id, "order_version": version}) from None
    return came


def _whole(told: _Told, seen: WholeOrder, at: At) -> Making:
    if at.order.placed is None:
        if not seen.was_ordered:
            return _nothing("not_ordered_yet" if seen.stage is Stage.NOT_ORDERED else "never_ordered")
        yield from _bring(told, _placing(told, seen), at)
        return Came(reason=(yield from follow(at, seen)))
    if not seen.stage.dead and _partner_id(seen, told.settings) != at.placed.partner_id:
        raise Rejected("order_changed", order_id=at.order_id, partner_id=at.placed.partner_id)
    left = yield from follow(at, seen)
    return Came(reason=left) if at.taken else _nothing("nothing_new")


def _placing(told: _Told, seen: WholeOrder) -> PlaceOrder:
    return PlaceOrder(
        external_id=seen.external_id,
        partner_id=_partner_id(seen, told.settings),
        sales_rep=seen.sales_rep,
        currency=seen.currency,
        warehouse=seen.warehouse or told.settings.warehouse,
        on=seen.placed_on,
        lines=seen.lines,
    )


def _partner_id(seen: WholeOrder, settings: SourceSettings) -> str:
    """A source that belongs to one partner speaks for no other."""
    if settings.partner_id is not None and seen.partner_id not in (None, settings.partner_id):
        raise Rejected("partner_not_of_source", partner_id=seen.partner_id)
    partner_id = settings.partner_id or seen.partner_id
    if partner_id is None:
        raise Rejected("partner_missing")
    return partner_id


def _bring(told: _Told, c: PlaceOrder, at: At) -> Steps:
    """Places an order under the push's source, with the source's channel type."""
    _require_accepted(told, c.currency)
    placed = AsPlaced(channel_type=told.settings.channel_type)
    yield from bringing(BringOrder(**asdict(c) | {"source": told.push.source, "on": c.on or told.today}, placed=placed))
    yield from at.look()


def _placed(told: _Told, c: PlaceOrder, at: At) -> Making:
    there: OrderPlaced | None = at.order.placed
    yield from _bring(told, c, at)
    return APPLIED if there is None else _nothing("nothing_new")


def _gone(gone: OrderGone, newest: str, at: At) -> Making:
    if at.order.placed is None and newest:
        return _nothing("never_ordered")  # a cart that was looked at before
    placed = at.placed
    if at.order.open:
        yield from at.cancel(None, "deleted in the shop", max(gone.on, placed.occurred_on))
    return APPLIED if at.taken else _nothing("nothing_to_cancel")


def _back(told: _Told, back: Refund, at: At) -> Making:
    on = max(back.on, at.placed.occurred_on)
    before = at.order
    if before.over:
        # Also a shop's own refund of all that was paid, which it makes when an order is set to refunded: the goods say it already.
        return _nothing("nothing_left")
    yield from give_back(at, back.lines, back.reason, on)
    if back.money is not None and not at.order.over:
        yield from correct_money(at, back, on, told.push.push_id)
    # Content of the order from before this would revive what is over.
    push, entity = told.push, pushed_key(told.push.source, back.order_entity)
    if at.order.over and at.taken and back.order_version > (yield Ask(PUSHED, entity)).state:
        yield On(PUSHED, TakeVersion(push.source, back.order_entity, back.order_version, push.push_id))
    return APPLIED


def _step(told: _Told, c: Any, at: At) -> Making:
    at.placed  # noqa: B018 - it has to be there
    events = yield from STEPS[type(c)](replace(c, source=told.push.source, on=c.on or told.today))
    return APPLIED if events else _nothing("nothing_new")
