"""What was asked, approved, claimed and paid of funds."""

from channel_events.pure import say
from msgspec import Struct

from incentives.application.said import Says, with_terms
from incentives.domain.fund.budget import AllocateFund, BudgetSet, FundOpened, OpenFund, SetBudget
from incentives.domain.fund_part import commands as ask
from incentives.domain.fund_part import events as told


def _allocated(e: told.FundAllocated) -> Struct | None:
    """None of what was carried over: the fund that it comes from does that again."""
    return say(AllocateFund, e) if e.carried_from is None else None


def _ended(e: told.FundRequestEnded) -> Struct | None:
    """None by time."""
    return say(ask.EndFundRequest, e) if e.by else None


SAYS: Says = {
    FundOpened: with_terms(OpenFund),
    BudgetSet: SetBudget,
    told.FundAllocated: _allocated,
    told.FundRequested: ask.RequestFund,
    told.FundRequestApproved: ask.ApproveFundRequest,
    told.FundRequestDenied: ask.DenyFundRequest,
    told.FundRequestEnded: _ended,
    told.ActivityHeld: ask.ReportActivity,
    told.ClaimSubmitted: ask.SubmitClaim,
    told.ClaimApproved: ask.ApproveClaim,
    told.ClaimDenied: ask.DenyClaim,
    told.ClaimWithdrawn: ask.WithdrawClaim,
    told.ClaimPaid: ask.PayClaim,
}
