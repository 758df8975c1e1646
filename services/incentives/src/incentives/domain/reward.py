"""Rewards: goods, trainings, trips that points are given for, and how many of them there are."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, TypeAlias

from channel_events.pure import Decider, Known, Rejected, command, event, tell
from channel_terms import Code, HappenedOn, Name, Quantity, happened_on
from msgspec import Meta, Struct
from msgspec.structs import replace

from incentives.domain.plan.commands import By
from incentives.domain.points_programme import ProgrammeId
from incentives.domain.words import Payee


@event("reward_offered")
class RewardOffered(Struct, frozen=True, kw_only=True):
    """One costs so many points from now on; there are ``units`` in all, those that were taken before counted."""

    reward_id: str
    programme_id: str
    title: str
    points: int
    units: int | None
    by: str
    occurred_on: date


@event("reward_taken")
class RewardTaken(Struct, frozen=True, kw_only=True):
    """Less than 0 where a redemption was cancelled."""

    reward_id: str
    payee: Payee
    payee_id: str
    reference: str
    quantity: int


@command("offer_reward", stream="reward/{reward_id}")
class OfferReward(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same again changes nothing; another offer replaces it for later redemptions."""

    reward_id: Annotated[Code, Meta(description="For ever.", examples=["bike-tour"])]
    programme_id: ProgrammeId
    title: Annotated[Name, Meta(examples=["A day with the team"])]
    points: Annotated[Quantity, Meta(description="That one costs.")]
    units: Annotated[Quantity | None, Meta(description="How many there are in all; any number when left out.")] = None
    by: By = None
    on: HappenedOn = None


class TakeReward(Struct, frozen=True, kw_only=True):
    reward_id: str
    payee: Payee
    payee_id: str
    reference: str
    quantity: int


class Reward(Struct, frozen=True, kw_only=True):
    offered: RewardOffered | None = None
    taken: int = 0


RewardCommand: TypeAlias = OfferReward | TakeReward
RewardEvent: TypeAlias = RewardOffered | RewardTaken


def decide(command: RewardCommand, reward: Reward, known: Known) -> Iterator[RewardEvent]:
    c, offered = command, reward.offered
    if isinstance(c, TakeReward):
        if offered is not None and offered.units is not None and reward.taken + c.quantity > offered.units:
            raise Rejected("reward_gone", reward_id=c.reward_id, left=max(offered.units - reward.taken, 0))
        yield tell(RewardTaken, c)
        return
    if offered is not None and offered.programme_id != c.programme_id:
        raise Rejected("reward_exists", reward_id=c.reward_id)
    said = (c.title, c.points, c.units)
    if offered is None or (offered.title, offered.points, offered.units) != said:
        yield tell(RewardOffered, c, by=c.by or "", occurred_on=happened_on(c.on, known))


def evolve(reward: Reward, event: RewardEvent) -> Reward:
    if isinstance(event, RewardTaken):
        return replace(reward, taken=reward.taken + event.quantity)
    return replace(reward, offered=event)


REWARD: Decider[RewardCommand, Reward, RewardEvent] = Decider(
    "reward", initial=Reward(), decide=decide, evolve=evolve, events=[RewardOffered, RewardTaken], state=Reward
)
