"""Funds, the partners' parts of them, their requests and claims, and what all of it comes to in the ledger."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from channel_events import DATE, NUMERIC, SEARCH, TEXT, TIME, OwnLog, Table, View, search_index, searchable
from channel_events.pure import Add, Change, Insert, Recorded, Set

from incentives.domain.fund.budget import FUND, BudgetGiven, BudgetSet, FundOpened
from incentives.domain.fund_part import events as told
from incentives.domain.fund_part.decide import FUND_PART
from incentives.domain.fund_part.state import ClaimStatus, RequestStatus
from incentives.domain.ledger import Account
from incentives.domain.over import over

FUND_TABLE = Table(
    "fund",
    key=("fund_id",),
    columns={
        **dict.fromkeys(("fund_id", "title", "currency"), TEXT),
        **dict.fromkeys(("first", "last", "claims_until"), DATE),
        **dict.fromkeys(("budget", "given"), NUMERIC),
        **SEARCH,
    },
)
_OF_PART = dict.fromkeys(("fund_id", "partner_id"), TEXT)
_SUMS = ("allocated", "committed", "owed", "paid", "expired")
PART = Table(
    "fund_part",
    key=("part_id",),
    columns={
        "part_id": TEXT,
        **_OF_PART,
        "currency": TEXT,
        **dict.fromkeys(("last", "claims_until"), DATE),
        **dict.fromkeys(_SUMS, NUMERIC),
        "due_at": TIME,
        **SEARCH,
    },
    sums=_SUMS,
    scope="partner_id",
    indexes=[("due_at",), ("partner_id", "part_id"), ("fund_id", "part_id")],
)
"""``due_at`` is when its next time is over, that of requests or that of claims."""
REQUEST = Table(
    "fund_request",
    key=("fund_id", "partner_id", "request_id"),
    columns={
        **_OF_PART,
        **dict.fromkeys(("request_id", "activity", "title", "status", "requested_by", "approved_by"), TEXT),
        **dict.fromkeys(("starts", "ends", "held_on", "changed_on"), DATE),
        **dict.fromkeys(("amount", "approved"), NUMERIC),
        **SEARCH,
    },
    scope="partner_id",
    indexes=[("partner_id", "fund_id", "request_id")],
)
CLAIM = Table(
    "fund_claim",
    key=("fund_id", "partner_id", "request_id", "claim_id"),
    columns={
        **_OF_PART,
        **dict.fromkeys(("request_id", "claim_id", "status", "submitted_by", "approved_by", "reference"), TEXT),
        **dict.fromkeys(("cost", "amount", "approved"), NUMERIC),
        "changed_on": DATE,
        **SEARCH,
    },
    scope="partner_id",
    indexes=[("partner_id", "fund_id", "request_id", "claim_id")],
)
POSTING = Table(
    "fund_posting",
    key=("event_id", "account"),
    columns={**dict.fromkeys(("event_id", "account", "currency", "fund_id", "partner_id"), TEXT), "amount": NUMERIC, "occurred_on": DATE},
    scope="partner_id",
    indexes=[("fund_id", "partner_id")],
)
_OF_ACCOUNT = {Account.COMMITTED: "committed", Account.PAYABLE: "owed", Account.PAID: "paid"}


def changes(event: Recorded) -> Iterator[Change]:
    e: Any = event.data
    if isinstance(e, FundOpened | BudgetSet | BudgetGiven):
        yield from _fund(e)
    elif hasattr(e, "claim_id"):
        yield from _claim(e)
    elif hasattr(e, "request_id"):
        yield from _request(e)
    else:
        yield from _part(e, event.recorded_at)
    for posting in getattr(e, "postings", ()):
        if (column := _OF_ACCOUNT.get(posting.account)) is not None:
            yield Add(_key(e), "fund_part", **{column: -posting.amount})
        about = {"fund_id": e.fund_id, "partner_id": e.partner_id, "occurred_on": e.occurred_on}
        yield Insert((event.id, posting.account.value), "fund_posting", currency=posting.currency, amount=posting.amount, **about)


def _fund(e: FundOpened | BudgetSet | BudgetGiven) -> Iterator[Change]:
    match e:
        case FundOpened():
            terms = {name: getattr(e.terms, name) for name in ("currency", "first", "last", "claims_until")}
            yield FUND_TABLE.put(e, **terms, given=0, **searchable(e.fund_id, e.title))
        case BudgetSet():
            yield Set((e.fund_id,), budget=e.budget)
        case BudgetGiven():
            yield Set((e.fund_id,), budget=e.budget, given=e.given)


def _key(e: Any) -> tuple[str]:
    return (f"{e.fund_id}/{e.partner_id}",)


GRACE = timedelta(days=1)
"""So long a part is left alone that was brought in when its time was over: what came of it may be in the rest of the file."""


def _part(e: Any, recorded_at: datetime) -> Iterator[Change]:
    match e:
        case told.FundPartOpened():
            terms = {name: getattr(e.terms, name) for name in ("currency", "last", "claims_until")}
            ends = over(e.terms.last)
            part = {"fund_id": e.fund_id, "partner_id": e.partner_id, "due_at": ends if recorded_at < ends else recorded_at + GRACE}
            yield Set(_key(e), "fund_part", **part, **terms, **searchable(e.fund_id, e.partner_id))
        case told.FundAllocated():
            yield Add(_key(e), "fund_part", allocated=e.amount)
        case told.FundExpired():
            yield Add(_key(e), "fund_part", expired=e.amount)
            if e.occurred_on <= e.claims_until:
                yield Set(_key(e), "fund_part", due_at=over(e.claims_until))
        case told.FundPartClosed():
            yield Set(_key(e), "fund_part", due_at=None)


def _request(e: Any) -> Iterator[Change]:
    key = (e.fund_id, e.partner_id, e.request_id)
    match e:
        case told.FundRequested():
            said = {name: getattr(e, name) for name in ("activity", "title", "starts", "ends", "amount")}
            found = searchable(e.request_id, e.title, e.partner_id)
            yield Set(key, "fund_request", **said, **_now(e, RequestStatus.REQUESTED), requested_by=e.by, **found)
        case told.FundRequestApproved():
            yield Set(key, "fund_request", **_now(e, RequestStatus.APPROVED), approved=e.amount, approved_by=e.by)
        case told.FundRequestDenied():
            yield Set(key, "fund_request", **_now(e, RequestStatus.DENIED))
        case told.FundRequestEnded():
            yield Set(key, "fund_request", **_now(e, RequestStatus.ENDED))
        case told.ActivityHeld():
            yield Set(key, "fund_request", held_on=e.held_on, changed_on=e.occurred_on)


def _claim(e: Any) -> Iterator[Change]:
    key = (e.fund_id, e.partner_id, e.request_id, e.claim_id)
    match e:
        case told.ClaimSubmitted():
            said = {"cost": e.cost, "amount": e.amount, "submitted_by": e.by}
            found = searchable(e.claim_id, e.request_id, e.partner_id)
            yield Set(key, "fund_claim", **said, **_now(e, ClaimStatus.SUBMITTED), **found)
        case told.ClaimApproved():
            yield Set(key, "fund_claim", **_now(e, ClaimStatus.APPROVED), approved=e.amount, approved_by=e.by)
        case told.ClaimDenied():
            yield Set(key, "fund_claim", **_now(e, ClaimStatus.DENIED))
        case told.ClaimWithdrawn():
            yield Set(key, "fund_claim", **_now(e, ClaimStatus.WITHDRAWN))
        case told.ClaimPaid():
            yield Set(key, "fund_claim", **_now(e, ClaimStatus.PAID), reference=e.reference)


def _now(e: Any, status: RequestStatus | ClaimStatus) -> dict[str, Any]:
    return {"status": status.value, "changed_on": e.occurred_on}


FUNDS = View(
    "funds",
    version=1,
    of=OwnLog(events=[*FUND.events, *FUND_PART.events]),
    tables=[FUND_TABLE, PART, REQUEST, CLAIM, POSTING],
    changes=changes,
)
for _table in (FUND_TABLE, PART, REQUEST, CLAIM):
    search_index(_table)

_p = PART.sql.c
PARTS = sa.select(PART.sql, (_p.allocated - _p.committed - _p.owed - _p.paid - _p.expired).label("available"))
