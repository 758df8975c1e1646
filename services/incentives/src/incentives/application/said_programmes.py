"""The history of funds, promotions, price support and points as the commands that say it."""

from channel_events import Recorded
from channel_events.pure import say
from msgspec import Struct, convert
from msgspec.structs import asdict

from incentives.domain.coupon import CouponIssued, IssueCoupon
from incentives.domain.fund.budget import AllocateFund, BudgetSet, FundOpened, OpenFund, SetBudget
from incentives.domain.fund_part import commands as ask
from incentives.domain.fund_part import events as told
from incentives.domain.points.account import PLAN
from incentives.domain.points.commands import CancelReward, GivePoints, RedeemPoints
from incentives.domain.points.events import PointsEarned, PointsGivenBack, PointsRedeemed
from incentives.domain.points_programme import OpenPointsProgramme, PointsProgrammeOpened
from incentives.domain.price_protection import OpenPriceProtection, PriceProtectionOpened
from incentives.domain.promotion import commands as promote
from incentives.domain.promotion import events as promoted
from incentives.domain.reward import OfferReward, RewardOffered
from incentives.domain.stock_rotation import OpenStockRotation, StockRotationOpened
from incentives.domain.support_agreement import AgreeSupport, ApproveSupport, SupportAgreed, SupportApproved

_SAYS: dict[type[Struct], type[Struct]] = {
    BudgetSet: SetBudget,
    told.FundAllocated: AllocateFund,
    told.FundRequested: ask.RequestFund,
    told.FundRequestApproved: ask.ApproveFundRequest,
    told.FundRequestDenied: ask.DenyFundRequest,
    told.FundRequestEnded: ask.EndFundRequest,
    told.ActivityHeld: ask.ReportActivity,
    told.ClaimSubmitted: ask.SubmitClaim,
    told.ClaimApproved: ask.ApproveClaim,
    told.ClaimDenied: ask.DenyClaim,
    told.ClaimWithdrawn: ask.WithdrawClaim,
    told.ClaimPaid: ask.PayClaim,
    promoted.PromotionStarted: promote.StartPromotion,
    promoted.PromotionPaused: promote.PausePromotion,
    promoted.PromotionEnded: promote.EndPromotion,
    CouponIssued: IssueCoupon,
    SupportApproved: ApproveSupport,
    PriceProtectionOpened: OpenPriceProtection,
    StockRotationOpened: OpenStockRotation,
    PointsProgrammeOpened: OpenPointsProgramme,
    RewardOffered: OfferReward,
    PointsEarned: GivePoints,
    PointsRedeemed: RedeemPoints,
    PointsGivenBack: CancelReward,
}
_WITH_TERMS: dict[type[Struct], type[Struct]] = {
    FundOpened: OpenFund,
    promoted.PromotionDefined: promote.DefinePromotion,
    SupportAgreed: AgreeSupport,
}


def said_of_programmes(event: Recorded) -> Struct | None:
    """The command that says the same. None for what follows from others or from time: what expires, is carried over, is redeemed by orders,
    or earned by a plan; and for claims of price support, which are judged by what is known where they are made."""
    e = event.data
    if type(e) in _WITH_TERMS:
        flat = {name: getattr(e, name) for name in e.__struct_fields__ if name != "terms"} | asdict(e.terms)
        return convert(flat | {"on": flat.pop("occurred_on")}, _WITH_TERMS[type(e)], from_attributes=True)
    if isinstance(e, told.FundAllocated) and e.carried_from is not None:
        return None
    if isinstance(e, told.FundRequestEnded) and not e.by:
        return None  # by time
    if isinstance(e, PointsEarned) and e.reference.startswith(PLAN):
        return None
    cls = _SAYS.get(type(e))
    return None if cls is None else say(cls, e)
