"""What may be claimed, and what may be done with a claim."""

from datetime import date
from typing import Annotated, TypeAlias

from channel_events.pure import command
from channel_terms import HAPPENED, Code, HappenedOn, Money, Name, Quantity, Reference
from msgspec import Meta, Struct

from incentives.domain.plan.commands import By
from incentives.domain.price_protection import PriceProtectionOpened
from incentives.domain.stock_rotation import StockRotationOpened
from incentives.domain.support_agreement import AgreementId, SupportTerms
from incentives.domain.support_claim.purchases import Purchases

_STREAM = "support_claim/{claim_id}"
ClaimId: TypeAlias = Annotated[Code, Meta(description="For ever.", examples=["sc-1"])]


class _Of(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    claim_id: ClaimId
    by: By = None
    on: HappenedOn = None


class _Claim(_Of, frozen=True, kw_only=True):
    partner_id: Annotated[Code, Meta(examples=["p-1001"])]


class SoldLine(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Units that were sold at the special price. A sale is claimed for once."""

    sku: Annotated[Code, Meta(examples=["PEN-01"])]
    quantity: Quantity
    reference: Annotated[Reference, Meta(description="Of the sale, like the invoice and its line.", examples=["INV-88/1"])]
    sold_on: Annotated[date, HAPPENED, Meta(examples=["2026-03-15"])]
    price: Annotated[
        Annotated[Money, Meta(examples=["3.40"])] | None,
        Meta(description="What a unit cost the partner, where that is less than the agreement says."),
    ] = None


class ReturnedLine(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    sku: Annotated[Code, Meta(examples=["PEN-01"])]
    quantity: Quantity
    price: Annotated[Money, Meta(description="What a unit cost the partner.", examples=["3.50"])]


@command("claim_ship_and_debit", stream=_STREAM)
class ClaimShipAndDebit(_Claim, frozen=True, kw_only=True):
    """For units sold at a special price: what the partner's price is above the agreement's rate, for each. Never for more units than are
    agreed, nor than the partner bought. The same again changes nothing."""

    agreement_id: AgreementId
    lines: Annotated[tuple[SoldLine, ...], Meta(min_length=1, max_length=1000)]


@command("claim_price_protection", stream=_STREAM)
class ClaimPriceProtection(_Claim, frozen=True, kw_only=True):
    """For units that the partner held when the price fell: never more than it had bought until then, less what had come back. The same
    again changes nothing."""

    protection_id: Annotated[Code, Meta(examples=["PEN-01-2026-06"])]
    quantity: Annotated[Quantity, Meta(description="On stock at the end of the day before the change.")]


@command("claim_stock_rotation", stream=_STREAM)
class ClaimStockRotation(_Claim, frozen=True, kw_only=True):
    """To give units back: by value never more than the share of what the partner bought. The same again changes nothing."""

    rotation_id: Annotated[Code, Meta(examples=["2026-Q1"])]
    lines: Annotated[tuple[ReturnedLine, ...], Meta(min_length=1, max_length=1000)]


@command("approve_support_claim", stream=_STREAM)
class ApproveSupportClaim(_Of, frozen=True, kw_only=True):
    """By somebody other than who claimed it."""


@command("deny_support_claim", stream=_STREAM)
class DenySupportClaim(_Of, frozen=True, kw_only=True):
    """What it takes of its limits is free again."""

    reason: Annotated[Name, Meta(examples=["the invoice names another customer"])]


@command("credit_support_claim", stream=_STREAM)
class CreditSupportClaim(_Of, frozen=True, kw_only=True):
    """Once, by somebody other than who claimed it and who approved it."""

    reference: Annotated[Reference, Meta(description="Of the credit note.", examples=["CN-2026-31"])]


class ByAgreement(Struct, frozen=True, kw_only=True):
    """A claim with what has to be known to decide it; ``bought`` by SKU."""

    claim: ClaimShipAndDebit
    terms: SupportTerms
    bought: dict[str, Purchases]


class ByProtection(Struct, frozen=True, kw_only=True):
    claim: ClaimPriceProtection
    protection: PriceProtectionOpened
    bought: Purchases


class ByRotation(Struct, frozen=True, kw_only=True):
    claim: ClaimStockRotation
    rotation: StockRotationOpened
    bought: Purchases


Submission: TypeAlias = ByAgreement | ByProtection | ByRotation
SupportClaimCommand: TypeAlias = Submission | ApproveSupportClaim | DenySupportClaim | CreditSupportClaim
