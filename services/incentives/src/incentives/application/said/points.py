"""What was given by hand, and redeemed."""

from channel_events.pure import say
from msgspec import Struct

from incentives.application.said import Says
from incentives.domain.points.account import PLAN
from incentives.domain.points.commands import CancelReward, GivePoints, RedeemPoints
from incentives.domain.points.events import PointsEarned, PointsGivenBack, PointsRedeemed
from incentives.domain.points_programme import OpenPointsProgramme, PointsProgrammeOpened
from incentives.domain.reward import OfferReward, RewardOffered


def _earned(e: PointsEarned) -> Struct | None:
    """None of what a plan earned."""
    return None if e.reference.startswith(PLAN) else say(GivePoints, e)


SAYS: Says = {
    PointsProgrammeOpened: OpenPointsProgramme,
    RewardOffered: OfferReward,
    PointsEarned: _earned,
    PointsRedeemed: RedeemPoints,
    PointsGivenBack: CancelReward,
}
