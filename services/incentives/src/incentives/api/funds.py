"""Funds for the marketing of partners: budgets, what of them each partner may use, requests, and claims with their proofs."""

from datetime import date
from typing import Annotated

import sqlalchemy as sa
from channel_service import BRAND, Allow, Amount, Commands, Listing, LogDep, Role, list_route, same, set_etag
from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, Field

from incentives.api.as_caller import by_caller, by_itself
from incentives.application.fund_reading import find_fund
from incentives.application.funds import allocating, submitting
from incentives.domain.fund.budget import AllocateFund, OpenFund, SetBudget
from incentives.domain.fund_part.commands import (
    ApproveClaim,
    ApproveFundRequest,
    DenyClaim,
    DenyFundRequest,
    EndFundRequest,
    PayClaim,
    ReportActivity,
    RequestFund,
    SubmitClaim,
    WithdrawClaim,
)
from incentives.views.funds import FUND_TABLE, FUNDS

router = APIRouter(prefix="/v1/funds", tags=["funds"], dependencies=[Allow(*BRAND)])
FundId = Annotated[str, Path(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", examples=["mdf-2026"])]
_FINANCE, _MANAGE = [Role.FINANCE], [Role.CHANNEL_MANAGER, Role.FINANCE]
ASK = [*_MANAGE, Role.PARTNER]
commands = Commands(router)


def _finance(path: str, command: type, summary: str) -> None:
    commands.post(path, command, by_caller=by_caller, allow=_FINANCE, summary=summary)


def _own(path: str, command: type, summary: str) -> None:
    commands.post(path, command, by_caller=by_itself, allow=ASK, summary=summary)


commands.put("/{fund_id}", OpenFund, by_caller=by_caller, allow=_FINANCE, created=True, summary="Open a fund")
_finance("/{fund_id}/budget", SetBudget, "Set its budget")
_PART = "/{fund_id}/parts/{partner_id}"
_give = {"use": allocating, "by_caller": by_caller, "allow": _MANAGE, "summary": "Give a partner a part of the budget, or take it back"}
commands.post(_PART + "/allocations", AllocateFund, **_give)
_REQUEST = _PART + "/requests/{request_id}"
commands.put(_REQUEST, RequestFund, by_caller=by_itself, allow=ASK, created=True, summary="Request money for an activity")
_finance(_REQUEST + "/approve", ApproveFundRequest, "Approve a request: commits the money")
_finance(_REQUEST + "/deny", DenyFundRequest, "Deny a request")
_own(_REQUEST + "/end", EndFundRequest, "Withdraw a request, or say that nothing more is claimed")
_own(_REQUEST + "/activity", ReportActivity, "Report that the activity took place")
_CLAIM = _REQUEST + "/claims/{claim_id}"
_claim = {"use": submitting, "by_caller": by_itself, "allow": ASK, "created": True, "summary": "Claim what was paid, with proofs"}
commands.put(_CLAIM, SubmitClaim, **_claim)
_finance(_CLAIM + "/approve", ApproveClaim, "Approve a claim")
_finance(_CLAIM + "/deny", DenyClaim, "Deny a claim")
_own(_CLAIM + "/withdraw", WithdrawClaim, "Withdraw a claim")
_finance(_CLAIM + "/pay", PayClaim, "Pay a claim")


class FundRow(BaseModel):
    """``given`` is what partners have of the budget."""

    fund_id: str = Field(examples=["mdf-2026"])
    title: str = Field(examples=["Market development 2026"])
    currency: str = Field(examples=["CNY"])
    first: date
    last: date = Field(description="The last day of requests.")
    claims_until: date
    budget: Amount
    given: Amount


@router.get("/{fund_id}", summary="One fund")
async def get_fund(fund_id: FundId, log: LogDep, response: Response) -> FundRow:
    """Always current."""
    fund, tag = await find_fund(log, fund_id)
    set_etag(response, tag)
    opened = fund.opened
    terms = {name: getattr(opened.terms, name) for name in ("currency", "first", "last", "claims_until")}
    return FundRow(fund_id=fund_id, title=opened.title, **terms, budget=fund.budget, given=fund.given)


_f = FUND_TABLE.sql.c
_Text = Annotated[str, Field(min_length=1, max_length=20, examples=["CNY"])]
FUND_LIST = Listing(FUNDS, sa.select(FUND_TABLE.sql), order=[_f.fund_id], filters=[same(_f.currency, _Text)], search=FUND_TABLE)
list_route(router, "", FUND_LIST, FundRow, summary="Funds")
