"""What happens to a claim."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias, get_args

from channel_events.pure import event
from msgspec import Struct

from incentives.domain.ledger import Posting


class SupportKind(StrEnum):
    SHIP_AND_DEBIT = "ship_and_debit"
    PRICE_PROTECTION = "price_protection"
    STOCK_ROTATION = "stock_rotation"


class ClaimedLine(Struct, frozen=True, kw_only=True):
    """``amount`` is what ``price`` is above ``rate``, for each unit. ``reference`` names the sale that it is for."""

    sku: str
    quantity: int
    price: Decimal
    rate: Decimal
    amount: Decimal
    reference: str | None = None
    sold_on: date | None = None


class TakenLimit(Struct, frozen=True, kw_only=True):
    """What the claim takes of a limit."""

    limit: str
    amount: Decimal
    most: Decimal


class _Of(Struct, frozen=True, kw_only=True):
    claim_id: str
    partner_id: str
    by: str
    occurred_on: date


@event("support_claim_submitted")
class SupportClaimSubmitted(_Of, frozen=True, kw_only=True):
    """By what is agreed as ``subject``: an agreement, the protection of a price, a stock rotation."""

    kind: SupportKind
    subject: str
    currency: str
    amount: Decimal
    lines: tuple[ClaimedLine, ...]
    limits: tuple[TakenLimit, ...]


@event("support_claim_approved")
class SupportClaimApproved(_Of, frozen=True, kw_only=True):
    """It is owed. What is given back is credited by its return: nothing is posted for that."""

    postings: tuple[Posting, ...]


@event("support_claim_denied")
class SupportClaimDenied(_Of, frozen=True, kw_only=True):
    """What it took of its limits is free again."""

    reason: str


@event("support_claim_credited")
class SupportClaimCredited(_Of, frozen=True, kw_only=True):
    """``reference`` is that of the credit note."""

    reference: str
    postings: tuple[Posting, ...]


SupportClaimEvent: TypeAlias = SupportClaimSubmitted | SupportClaimApproved | SupportClaimDenied | SupportClaimCredited
EVENTS: tuple[type[SupportClaimEvent], ...] = get_args(SupportClaimEvent)
