"""Agreements on prices, changes of them, stock rotations, and the claims by all of these."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from channel_events import BOOLEAN, DATE, INTEGER, NUMERIC, SEARCH, TEXT, Copy, OwnLog, Table, View, search_index, searchable
from channel_events.pure import Change, Recorded, Set

from incentives.domain.price_protection import PRICE_PROTECTION, PriceProtectionOpened, PriceProtectionWithdrawn
from incentives.domain.stock_rotation import STOCK_ROTATION, StockRotationOpened, StockRotationWithdrawn
from incentives.domain.support_agreement import SUPPORT_AGREEMENT, SupportAgreed, SupportApproved, SupportWithdrawn
from incentives.domain.support_claim.decide import SUPPORT_CLAIM, SupportStatus
from incentives.domain.support_claim.events import SupportClaimApproved, SupportClaimCredited, SupportClaimDenied, SupportClaimSubmitted
from incentives.domain.support_claim.purchases import PURCHASES, Moved
from incentives.views.movements import LINES_OF_M
from incentives.views.movements import TABLE as MOVEMENT

AGREEMENT = Table(
    "support_agreement",
    key=("agreement_id",),
    columns={
        **dict.fromkeys(("agreement_id", "partner_id", "customer", "currency"), TEXT),
        **dict.fromkeys(("first", "last", "changed_on", "withdrawn_on"), DATE),
        "approved": BOOLEAN,
        **SEARCH,
    },
    scope="partner_id",
    indexes=[("partner_id", "agreement_id")],
)
PROTECTION = Table(
    "price_protection",
    key=("protection_id",),
    columns={
        **dict.fromkeys(("protection_id", "sku", "currency"), TEXT),
        **dict.fromkeys(("before", "after"), NUMERIC),
        "bought_within": INTEGER,
        **dict.fromkeys(("changed_on", "withdrawn_on"), DATE),
        **SEARCH,
    },
    shared=True,
)
ROTATION = Table(
    "stock_rotation",
    key=("rotation_id",),
    columns={
        **dict.fromkeys(("rotation_id", "currency"), TEXT),
        **dict.fromkeys(("bought_from", "bought_until", "first", "last", "withdrawn_on"), DATE),
        "share": NUMERIC,
        **SEARCH,
    },
    shared=True,
)
CLAIM = Table(
    "support_claim",
    key=("claim_id",),
    columns={
        **dict.fromkeys(("claim_id", "partner_id", "kind", "subject", "currency", "status", "reference"), TEXT),
        **dict.fromkeys(("occurred_on", "changed_on"), DATE),
        "amount": NUMERIC,
        **SEARCH,
    },
    scope="partner_id",
    indexes=[("partner_id", "claim_id"), ("subject", "claim_id")],
)


def changes(event: Recorded) -> Iterator[Change]:
    e: Any = event.data
    match e:
        case SupportAgreed():
            terms: dict[str, Any] = {name: getattr(e.terms, name) for name in ("partner_id", "customer", "currency", "first", "last")}
            found = searchable(e.agreement_id, e.terms.customer, e.terms.partner_id)
            yield Set((e.agreement_id,), **terms, approved=False, changed_on=e.occurred_on, **found)
        case SupportApproved():
            yield Set((e.agreement_id,), approved=True, changed_on=e.occurred_on)
        case SupportWithdrawn():
            yield Set((e.agreement_id,), withdrawn_on=e.occurred_on, changed_on=e.occurred_on)
        case PriceProtectionWithdrawn():
            yield Set((e.protection_id,), PROTECTION.name, withdrawn_on=e.occurred_on)
        case StockRotationWithdrawn():
            yield Set((e.rotation_id,), ROTATION.name, withdrawn_on=e.occurred_on)
        case PriceProtectionOpened():
            yield PROTECTION.put(e, **searchable(e.protection_id, e.sku))
        case StockRotationOpened():
            yield ROTATION.put(e, **searchable(e.rotation_id))
        case _:
            yield from _claim(e)


def _claim(e: Any) -> Iterator[Change]:
    match e:
        case SupportClaimSubmitted():
            now = {"status": SupportStatus.SUBMITTED.value, "changed_on": e.occurred_on}
            yield CLAIM.put(e, kind=e.kind.value, **now, **searchable(e.claim_id, e.subject, e.partner_id))
        case SupportClaimApproved():
            yield Set((e.claim_id,), "support_claim", status=SupportStatus.APPROVED.value, changed_on=e.occurred_on)
        case SupportClaimDenied():
            yield Set((e.claim_id,), "support_claim", status=SupportStatus.DENIED.value, changed_on=e.occurred_on)
        case SupportClaimCredited():
            now = {"status": SupportStatus.CREDITED.value, "changed_on": e.occurred_on}
            yield Set((e.claim_id,), "support_claim", **now, reference=e.reference)


PRICE_SUPPORT = View(
    "price_support",
    version=2,
    of=OwnLog(events=[*SUPPORT_AGREEMENT.events, *PRICE_PROTECTION.events, *STOCK_ROTATION.events, *SUPPORT_CLAIM.events]),
    tables=[AGREEMENT, PROTECTION, ROTATION, CLAIM],
    changes=changes,
)
for _table in PRICE_SUPPORT.tables:
    search_index(_table)


def _purchases(rows: Sequence[Mapping[str, Any]]) -> dict[str, tuple[Moved, ...]]:
    found: dict[str, list[Moved]] = {}
    for row in rows:
        found.setdefault(row["key"], []).append(Moved(row["occurred_on"], int(row["units"]), row["net"]))
    return {key: tuple(moved) for key, moved in found.items()}


KNOWN_PURCHASES = Copy(
    PURCHASES,
    "select k.key, m.occurred_on, sum(case m.what when 'shipped' then l.units else -l.units end) as units, "
    "sum(case m.what when 'shipped' then 1 else -1 end * (l.unit_price * l.units - l.discount)) as net "
    f"from unnest($1::text[]) as k (key) join {MOVEMENT.sql.name} m on m.partner_id = k.key::jsonb ->> 0 "
    f"and m.currency = k.key::jsonb ->> 1 join lateral {LINES_OF_M} on k.key::jsonb ->> 2 is null or l.sku = k.key::jsonb ->> 2 "
    "where m.what in ('shipped', 'returned') group by k.key, m.occurred_on, m.what order by k.key, m.occurred_on",
    _purchases,
)
"""What partners bought: shipped less what came back, by day."""
