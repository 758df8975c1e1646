"""Funds with their requests and claims, promotions with their coupons, price support, points and rewards as rows of files.

What was approved elsewhere says by whom: nobody approves what he asked for there, either."""

from datetime import date
from decimal import Decimal
from typing import Any

from channel_service import Role
from channel_service.importing import Importable, ImportSet, import_routes, never, not_first

from incentives.application.funds import allocating
from incentives.application.points import cancelling, giving, offering, redeeming_points
from incentives.application.promotions import issuing
from incentives.domain.coupon import IssueCoupon
from incentives.domain.fund.budget import AllocateFund, OpenFund, SetBudget
from incentives.domain.fund_part.commands import (
    ApproveClaim,
    ApproveFundRequest,
    DenyClaim,
    DenyFundRequest,
    EndFundRequest,
    PayClaim,
    ProofFile,
    ReportActivity,
    RequestFund,
    SubmitClaim,
    WithdrawClaim,
)
from incentives.domain.points.commands import CancelReward, GivePoints, RedeemPoints
from incentives.domain.points_programme import OpenPointsProgramme
from incentives.domain.price_protection import OpenPriceProtection
from incentives.domain.promotion.commands import DefinePromotion, EndPromotion, PausePromotion, StartPromotion
from incentives.domain.promotion.terms import Effect, Funding
from incentives.domain.reward import OfferReward
from incentives.domain.stock_rotation import OpenStockRotation
from incentives.domain.support_agreement import AgreeSupport, ApproveSupport, SupportedItem
from incentives.domain.words import Payee

_DAY, _FIRST, _LAST = date(2026, 5, 4), date(2026, 1, 1), date(2026, 12, 31)
_PART: dict[str, Any] = {"fund_id": "mdf-2026", "partner_id": "p-1001", "by": "ann", "on": _DAY}
_REQUEST = _PART | {"request_id": "fair-1"}
_OF_REQUEST = ("fund_id", "partner_id", "request_id")
_OF_CLAIM = (*_OF_REQUEST, "claim_id")
_CLAIM = _REQUEST | {"claim_id": "stand"}


def _step(kind: str, example: Any, *key: str, use: Any = None) -> Importable[Any]:
    """What happens to something that is here: of a kind once a day, unless the row has a key of its own."""
    return Importable(kind, type(example), use=use, key=[*key, "on"], required=["on"], example=example)


FUND_KINDS: tuple[Importable[Any], ...] = (
    Importable(
        "fund",
        OpenFund,
        key=["fund_id"],
        changed=never,
        example=OpenFund(
            fund_id="mdf-2026",
            title="Market development 2026",
            currency="CNY",
            budget=Decimal("500000.00"),
            first=_FIRST,
            last=_LAST,
            claims_until=date(2027, 1, 31),
        ),
    ),
    _step("fund_budget", SetBudget(fund_id="mdf-2026", budget=Decimal("600000.00"), by="eve", on=_DAY), "fund_id"),
    Importable(
        "fund_allocation",
        AllocateFund,
        use=allocating,
        key=["fund_id", "partner_id", "reference"],
        required=["on"],
        changed=never,
        example=AllocateFund(fund_id="mdf-2026", partner_id="p-1001", amount=Decimal("20000.00"), reference="2026-Q1", by="cem", on=_DAY),
    ),
    _step(
        "fund_request",
        RequestFund(
            **_REQUEST,
            activity="trade_fair",
            title="Stand at the spring fair",
            starts=date(2026, 5, 10),
            ends=date(2026, 5, 12),
            amount=Decimal("8000.00"),
        ),
        *_OF_REQUEST,
    ),
    _step("fund_request_approval", ApproveFundRequest(**_REQUEST | {"by": "bob"}), *_OF_REQUEST),
    _step("fund_request_denial", DenyFundRequest(**_REQUEST | {"by": "bob"}, reason="not this year"), *_OF_REQUEST),
    _step("fund_request_end", EndFundRequest(**_REQUEST, reason="that was all"), *_OF_REQUEST),
    _step("activity", ReportActivity(**_REQUEST, held_on=_DAY, report="140 visitors"), *_OF_REQUEST),
    _step(
        "fund_claim",
        SubmitClaim(
            **_CLAIM,
            cost=Decimal("6000.00"),
            amount=Decimal("3000.00"),
            proofs=(ProofFile(name="invoice-17.pdf", sha256="e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),),
        ),
        *_OF_CLAIM,
    ),
    _step("fund_claim_approval", ApproveClaim(**_CLAIM | {"by": "bob"}), *_OF_CLAIM),
    _step("fund_claim_denial", DenyClaim(**_CLAIM | {"by": "bob"}, reason="not readable"), *_OF_CLAIM),
    _step("fund_claim_withdrawal", WithdrawClaim(**_CLAIM, reason="billed elsewhere"), *_OF_CLAIM),
    _step("fund_claim_payment", PayClaim(**_CLAIM | {"by": "eve"}, reference="2026-0815"), *_OF_CLAIM),
)
_COUPONS = Importable(
    "coupon",
    IssueCoupon,
    use=issuing,
    key=["coupon"],
    changed=never,
    example=IssueCoupon(coupon="SPRING-7Q4K", promotion_id="spring-2026", partner_id="p-1001", by="ann"),
)
_PROMOTION: dict[str, Any] = {"promotion_id": "spring-2026", "on": _DAY}
PROMOTION_KINDS: tuple[Importable[Any], ...] = (
    Importable(
        "promotion",
        DefinePromotion,
        key=["promotion_id"],
        changed=not_first,
        example=DefinePromotion(
            **_PROMOTION,
            title="Spring pens",
            currency="CNY",
            first=date(2026, 3, 1),
            last=date(2026, 5, 31),
            effect=Effect(percent=Decimal("0.1")),
            funding=(Funding(payer="brand", share=Decimal(1)),),
            by="ann",
        ),
    ),
    _step("promotion_start", StartPromotion(**_PROMOTION, by="bob"), "promotion_id"),
    _step("promotion_pause", PausePromotion(**_PROMOTION, by="ann"), "promotion_id"),
    _step("promotion_end", EndPromotion(**_PROMOTION, by="ann"), "promotion_id"),
    _COUPONS,
)
SUPPORT_KINDS: tuple[Importable[Any], ...] = (
    Importable(
        "support_agreement",
        AgreeSupport,
        key=["agreement_id"],
        changed=not_first,
        example=AgreeSupport(
            agreement_id="sd-2026-17",
            partner_id="p-1001",
            customer="City school board",
            currency="CNY",
            first=_FIRST,
            last=_LAST,
            items=(SupportedItem(sku="PEN-01", price=Decimal("3.50"), rate=Decimal("2.90"), units=5000),),
            by="ann",
        ),
    ),
    _step("support_approval", ApproveSupport(agreement_id="sd-2026-17", by="bob", on=_DAY), "agreement_id"),
    _step(
        "price_protection",
        OpenPriceProtection(
            protection_id="PEN-01-2026-05",
            sku="PEN-01",
            currency="CNY",
            changed_on=_DAY,
            before=Decimal("3.50"),
            after=Decimal("3.10"),
            on=_DAY,
        ),
        "protection_id",
    ),
    _step(
        "stock_rotation",
        OpenStockRotation(
            rotation_id="2026-Q1",
            currency="CNY",
            share=Decimal("0.05"),
            bought_from=_FIRST,
            bought_until=date(2026, 3, 31),
            first=date(2026, 4, 1),
            last=_LAST,
            on=_DAY,
        ),
        "rotation_id",
    ),
)
_POINTS: dict[str, Any] = {"programme_id": "club", "payee": Payee.PARTNER, "payee_id": "p-1001", "by": "eve", "on": _DAY}
POINTS_KINDS: tuple[Importable[Any], ...] = (
    Importable(
        "points_programme",
        OpenPointsProgramme,
        key=["programme_id"],
        changed=never,
        example=OpenPointsProgramme(programme_id="club", title="Partner club", currency="CNY"),
    ),
    Importable(
        "reward",
        OfferReward,
        use=offering,
        key=["reward_id"],
        changed=not_first,
        example=OfferReward(reward_id="bike-tour", programme_id="club", title="A day with the team", points=500),
    ),
    _step(
        "points",
        GivePoints(**_POINTS, points=120, reason="spring contest", reference="contest-3"),
        "programme_id",
        "payee",
        "payee_id",
        "reference",
        use=giving,
    ),
    _step(
        "points_redemption",
        RedeemPoints(**_POINTS, reward_id="bike-tour", reference="r-17"),
        "programme_id",
        "payee",
        "payee_id",
        "reference",
        use=redeeming_points,
    ),
    _step(
        "points_cancellation",
        CancelReward(**_POINTS, reference="r-17", reason="rain"),
        "programme_id",
        "payee",
        "payee_id",
        "reference",
        use=cancelling,
    ),
)
KINDS = (*FUND_KINDS, *PROMOTION_KINDS, *SUPPORT_KINDS, *POINTS_KINDS)
PROGRAMMES = ImportSet("programmes", *KINDS, summary="Import funds with requests and claims, promotions, price support, points")
SETS = (
    PROGRAMMES,
    ImportSet("funds", *FUND_KINDS, summary="Import funds, and what was asked and claimed of them"),
    ImportSet("coupons", _COUPONS, default=_COUPONS, summary="Import coupons"),
)
router = import_routes(*SETS, roles=[Role.FINANCE])
