"""Funds with their requests and claims, as rows.

What was approved elsewhere says by whom: nobody approves what he asked for there, either."""

from datetime import date
from decimal import Decimal
from typing import Any

from channel_service.importing import Importable, ImportSet, never

from incentives.api.rows.steps import step
from incentives.application.funds import allocating, submitting
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

_DAY = date(2026, 5, 4)
_PART: dict[str, Any] = {"fund_id": "mdf-2026", "partner_id": "p-1001", "by": "ann", "on": _DAY}
_REQUEST = _PART | {"request_id": "fair-1"}
_OF_REQUEST = ("fund_id", "partner_id", "request_id")
_OF_CLAIM = (*_OF_REQUEST, "claim_id")
_CLAIM = _REQUEST | {"claim_id": "stand"}
KINDS: tuple[Importable[Any], ...] = (
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
            first=date(2026, 1, 1),
            last=date(2026, 12, 31),
            claims_until=date(2027, 1, 31),
        ),
    ),
    step("fund_budget", SetBudget(fund_id="mdf-2026", budget=Decimal("600000.00"), by="eve", on=_DAY), "fund_id"),
    Importable(
        "fund_allocation",
        AllocateFund,
        use=allocating,
        key=["fund_id", "partner_id", "reference"],
        required=["on"],
        changed=never,
        example=AllocateFund(fund_id="mdf-2026", partner_id="p-1001", amount=Decimal("20000.00"), reference="2026-Q1", by="cem", on=_DAY),
    ),
    step(
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
    step("fund_request_approval", ApproveFundRequest(**_REQUEST | {"by": "bob"}), *_OF_REQUEST),
    step("fund_request_denial", DenyFundRequest(**_REQUEST | {"by": "bob"}, reason="not this year"), *_OF_REQUEST),
    step("fund_request_end", EndFundRequest(**_REQUEST, reason="that was all"), *_OF_REQUEST),
    step("activity", ReportActivity(**_REQUEST, held_on=_DAY, report="140 visitors"), *_OF_REQUEST),
    step(
        "fund_claim",
        SubmitClaim(
            **_CLAIM,
            cost=Decimal("6000.00"),
            amount=Decimal("3000.00"),
            proofs=(ProofFile(name="invoice-17.pdf", sha256="e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),),
        ),
        *_OF_CLAIM,
        use=submitting,
    ),
    step("fund_claim_approval", ApproveClaim(**_CLAIM | {"by": "bob"}), *_OF_CLAIM),
    step("fund_claim_denial", DenyClaim(**_CLAIM | {"by": "bob"}, reason="not readable"), *_OF_CLAIM),
    step("fund_claim_withdrawal", WithdrawClaim(**_CLAIM, reason="billed elsewhere"), *_OF_CLAIM),
    step("fund_claim_payment", PayClaim(**_CLAIM | {"by": "eve"}, reference="2026-0815"), *_OF_CLAIM),
)
SETS = (ImportSet("funds", *KINDS, summary="Import funds, and what was asked and claimed of them"),)
