"""Promotions, their coupons, what orders redeemed of them, and who bears it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from channel_events import DATE, INTEGER, NUMERIC, SEARCH, TEXT, Copy, OwnLog, Table, View, search_index, searchable
from channel_events.pure import Add, Change, Put, Recorded, Set

from incentives.domain.coupon import COUPON, CouponGivenBack, CouponIssued, CouponUsed
from incentives.domain.promotion import events as told
from incentives.domain.promotion.decide import PROMOTION, PromotionStatus
from incentives.domain.redemption.decide import REDEMPTION
from incentives.domain.redemption.events import PromotionPassedOver, PromotionRedeemed, RedemptionRolledBack
from incentives.domain.redemption.needs import CATEGORIES, FIRST_ORDER, RUNNING, FirstOrder
from incentives.views.movements import CATEGORY
from incentives.views.movements import TABLE as MOVEMENT

TABLE = Table(
    "promotion",
    key=("promotion_id",),
    columns={
        **dict.fromkeys(("promotion_id", "title", "currency", "status", "changed_by"), TEXT),
        **dict.fromkeys(("first", "last", "changed_on"), DATE),
        "spend": NUMERIC,
        "uses": INTEGER,
        **SEARCH,
    },
    sums=("spend", "uses"),
    indexes=[("currency", "status")],
)
REDEEMED = Table(
    "redemption",
    key=("order_id", "promotion_id"),
    columns={
        **dict.fromkeys(("order_id", "promotion_id", "partner_id", "channel_type", "currency", "coupon", "reason"), TEXT),
        "occurred_on": DATE,
        "amount": NUMERIC,
        "rolled_back": NUMERIC,
        **SEARCH,
    },
    sums=("amount", "rolled_back"),
    scope="partner_id",
    indexes=[("partner_id", "order_id", "promotion_id"), ("promotion_id", "order_id")],
)
"""``reason``: why the order did not redeem it, where that is so."""
COST = Table(
    "promotion_cost",
    key=("promotion_id", "payer"),
    columns={"promotion_id": TEXT, "payer": TEXT, "currency": TEXT, "amount": NUMERIC, **SEARCH},
    sums=("amount",),
)
COUPONS = Table(
    "coupon",
    key=("coupon",),
    columns={
        **dict.fromkeys(("coupon", "promotion_id", "partner_id"), TEXT),
        "last": DATE,
        "uses": INTEGER,
        "used": INTEGER,
        **SEARCH,
    },
    sums=("used",),
    indexes=[("promotion_id", "coupon")],
)


def changes(event: Recorded) -> Iterator[Change]:
    e: Any = event.data
    if isinstance(e, CouponIssued | CouponUsed | CouponGivenBack):
        yield from _coupon(e)
    elif isinstance(e, PromotionRedeemed | RedemptionRolledBack | PromotionPassedOver):
        yield from _redemption(e)
    else:
        yield from _promotion(e)


_STATUS: dict[type, PromotionStatus] = {
    told.PromotionStarted: PromotionStatus.RUNNING,
    told.PromotionPaused: PromotionStatus.PAUSED,
    told.PromotionEnded: PromotionStatus.ENDED,
}


def _promotion(e: Any) -> Iterator[Change]:
    match e:
        case told.PromotionDefined():
            terms: dict[str, Any] = {name: getattr(e.terms, name) for name in ("title", "currency", "first", "last")}
            changed: dict[str, Any] = {"status": PromotionStatus.DRAFT.value, "changed_by": e.by, "changed_on": e.occurred_on}
            yield Set((e.promotion_id,), **terms, **changed, **searchable(e.promotion_id, e.terms.title))
        case told.PromotionBudgetSpent():
            yield Add((e.promotion_id,), spend=e.amount, uses=e.uses)
        case _:
            yield Set((e.promotion_id,), status=_STATUS[type(e)].value, changed_by=e.by, changed_on=e.occurred_on)


def _redemption(e: PromotionRedeemed | RedemptionRolledBack | PromotionPassedOver) -> Iterator[Change]:
    key = (e.order_id, e.promotion_id)
    if isinstance(e, PromotionPassedOver):
        why: dict[str, Any] = {"partner_id": e.partner_id, "reason": e.reason, "occurred_on": e.occurred_on}
        yield Set(key, "redemption", **why, **searchable(e.order_id, e.promotion_id))
        return
    sign = 1 if isinstance(e, PromotionRedeemed) else -1
    if isinstance(e, PromotionRedeemed):
        about: dict[str, Any] = {name: getattr(e, name) for name in ("partner_id", "channel_type", "currency", "coupon", "occurred_on")}
        yield Set(key, "redemption", **about, reason=None, **searchable(e.order_id, e.promotion_id))
        yield Add(key, "redemption", amount=e.amount)
    else:
        yield Add(key, "redemption", rolled_back=e.amount)
    for one in e.funding:
        yield Set((e.promotion_id, one.payer), "promotion_cost", currency=e.currency, **searchable(e.promotion_id, one.payer))
        yield Add((e.promotion_id, one.payer), "promotion_cost", amount=sign * one.amount)


def _coupon(e: CouponIssued | CouponUsed | CouponGivenBack) -> Iterator[Change]:
    match e:
        case CouponIssued():
            row: dict[str, Any] = {"promotion_id": e.promotion_id, "partner_id": e.partner_id, "uses": e.uses, "last": e.last}
            yield Put((e.coupon,), "coupon", **row, **searchable(e.coupon, e.promotion_id))
        case CouponUsed():
            yield Add((e.coupon,), "coupon", used=1)
        case CouponGivenBack():
            yield Add((e.coupon,), "coupon", used=-1)


PROMOTIONS = View(
    "promotions",
    version=1,
    of=OwnLog(events=[*PROMOTION.events, *REDEMPTION.events, *COUPON.events]),
    tables=[TABLE, REDEEMED, COST, COUPONS],
    changes=changes,
)
for _table in PROMOTIONS.tables:
    search_index(_table)


def _running(rows: Sequence[Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for row in rows:
        found[row["currency"]] = (*found.get(row["currency"], ()), row["promotion_id"])
    return found


def _categories(rows: Sequence[Mapping[str, Any]]) -> dict[str, tuple[Any, ...]]:
    found: dict[str, tuple[Any, ...]] = {}
    for row in rows:
        found[row["sku"]] = (*found.get(row["sku"], ()), (row["since"], row["category"] or ""))
    return found


RUNNING_PROMOTIONS = Copy(
    RUNNING,
    f"select currency, promotion_id from {TABLE.sql.name} where currency = any($1::text[]) and status = 'running' order by promotion_id",
    _running,
)
KNOWN_CATEGORIES = Copy(
    CATEGORIES, f"select sku, since, category from {CATEGORY.sql.name} where sku = any($1::text[]) order by sku, since", _categories
)
FIRST_ORDERS = Copy(
    FIRST_ORDER,
    f"select distinct on (partner_id) partner_id, placed_on, order_id from {MOVEMENT.sql.name} "
    "where partner_id = any($1::text[]) and what = 'placed' order by partner_id, placed_on, order_id",
    lambda rows: {row["partner_id"]: FirstOrder(row["placed_on"], row["order_id"]) for row in rows},
)
