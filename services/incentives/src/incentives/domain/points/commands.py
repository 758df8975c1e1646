"""What may be asked of a payee's points."""

from typing import Annotated, TypeAlias

from channel_events.pure import command
from channel_terms import Code, HappenedOn, Name, Quantity, Reference
from msgspec import Meta, Struct

from incentives.domain.plan.commands import By
from incentives.domain.points_programme import PointsProgrammeOpened, ProgrammeId
from incentives.domain.words import Payee

_STREAM = "points/{programme_id}/{payee}/{payee_id}"


class _Of(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    programme_id: ProgrammeId
    payee: Payee
    payee_id: Annotated[Code, Meta(examples=["p-1001"])]
    by: By = None
    on: HappenedOn = None


@command("give_points", stream=_STREAM)
class GivePoints(_Of, frozen=True, kw_only=True):
    """By hand. The same reference counts once."""

    points: Quantity
    reason: Annotated[Name, Meta(examples=["won the spring contest"])]
    reference: Annotated[Reference, Meta(examples=["contest-3"])]


@command("redeem_points", stream=_STREAM)
class RedeemPoints(_Of, frozen=True, kw_only=True):
    """For a reward, as far as there are points and rewards. The same reference counts once."""

    reward_id: Annotated[Code, Meta(examples=["bike-tour"])]
    reference: Annotated[Reference, Meta(examples=["r-17"])]
    quantity: Quantity = 1


@command("cancel_reward", stream=_STREAM)
class CancelReward(_Of, frozen=True, kw_only=True):
    """The reward is not given: its points are there again, each as long as it was."""

    reference: Annotated[Reference, Meta(description="Of the redemption.", examples=["r-17"])]
    reason: Annotated[Name, Meta(examples=["the tour does not take place"])]


class Earn(Struct, frozen=True, kw_only=True):
    """Points given by hand, in a programme."""

    programme: PointsProgrammeOpened
    give: GivePoints


class EarnByPlan(Struct, frozen=True, kw_only=True):
    """What a version of a plan has earned a payee until now, in points: the difference to what it was given for that is given, or taken."""

    programme: PointsProgrammeOpened
    payee: Payee
    payee_id: str
    plan: str
    points: int
    by: str


class Redeem(Struct, frozen=True, kw_only=True):
    programme: PointsProgrammeOpened
    redeem: RedeemPoints
    each: int


class Cancel(Struct, frozen=True, kw_only=True):
    programme: PointsProgrammeOpened
    cancel: CancelReward


class ExpirePoints(Struct, frozen=True, kw_only=True):
    """Those whose days are over."""

    programme: PointsProgrammeOpened
    payee: Payee
    payee_id: str


PointsCommand: TypeAlias = Earn | EarnByPlan | Redeem | Cancel | ExpirePoints
