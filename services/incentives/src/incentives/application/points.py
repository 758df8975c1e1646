"""Points, in the programme that is here, and the rewards that are taken for them: all of it one write, or nothing."""

from contextlib import AbstractAsyncContextManager
from fractions import Fraction

from channel_events import Ask, Due, DueIn, Log, On, Rejected, Steps, Timer
from channel_events.pure import tell
from sqlalchemy.ext.asyncio import AsyncConnection

from incentives.application.earnings import entries_of, rated_plan
from incentives.domain.ledger.writing import Owner
from incentives.domain.points.account import PLAN, Points
from incentives.domain.points.account import account_key as account_key
from incentives.domain.points.commands import Cancel, CancelReward, Earn, EarnByPlan, ExpirePoints, GivePoints, Redeem, RedeemPoints
from incentives.domain.points.decide import POINTS
from incentives.domain.points.events import PointsGivenBack, PointsRedeemed
from incentives.domain.points_programme import POINTS_PROGRAMME, PointsProgrammeOpened
from incentives.domain.reward import REWARD, OfferReward, RewardOffered, TakeReward
from incentives.domain.words import Payee
from incentives.views.points import ACCOUNT, POINTS_VIEW


def _programme(programme_id: str) -> Steps:
    found = (yield Ask(POINTS_PROGRAMME, programme_id)).state
    if found is None:
        raise Rejected("points_programme_unknown", programme_id=programme_id)
    return found


def offering(c: OfferReward) -> Steps:
    yield from _programme(c.programme_id)
    yield On(REWARD, c)


def giving(c: GivePoints) -> Steps:
    programme = yield from _programme(c.programme_id)
    yield On(POINTS, account_key(c.programme_id, c.payee, c.payee_id), Earn(programme=programme, give=c))


def earning(c: EarnByPlan) -> Steps:
    yield On(POINTS, account_key(c.programme.programme_id, c.payee, c.payee_id), c)


def redeeming_points(c: RedeemPoints) -> Steps:
    programme = yield from _programme(c.programme_id)
    offered: RewardOffered | None = (yield Ask(REWARD, c.reward_id)).state.offered
    if offered is None or offered.programme_id != c.programme_id:
        raise Rejected("reward_unknown", reward_id=c.reward_id)
    key = account_key(c.programme_id, c.payee, c.payee_id)
    yield from _taking((yield On(POINTS, key, Redeem(programme=programme, redeem=c, each=offered.points))))


def cancelling(c: CancelReward) -> Steps:
    programme = yield from _programme(c.programme_id)
    yield from _taking((yield On(POINTS, account_key(c.programme_id, c.payee, c.payee_id), Cancel(programme=programme, cancel=c))))


def _taking(events: list[object]) -> Steps:
    for told in events:
        if isinstance(told, PointsRedeemed | PointsGivenBack):
            quantity = told.quantity if isinstance(told, PointsRedeemed) else -told.quantity
            taken = tell(TakeReward, told, quantity=quantity)
            yield On(REWARD, told.reward_id, taken)


def _expiring(due: Due) -> Steps:
    programme_id, payee, payee_id = due.key.split("/", 2)
    programme = yield from _programme(programme_id)
    yield On(POINTS, due.key, ExpirePoints(programme=programme, payee=Payee(payee), payee_id=payee_id))


EXPIRE_POINTS = Timer("expire_points", due=DueIn(POINTS_VIEW, at="due_at", table=ACCOUNT), commands=_expiring)


async def earned_by_plan(
    log: Log,
    reading: AbstractAsyncContextManager[AsyncConnection],
    programme_id: str,
    payee: Payee,
    payee_id: str,
    plan: tuple[str, int],
    by: str,
) -> EarnByPlan:
    """What the version pays the payee as the facts are now, in whole points; less than none is none. ``plan_pays_others`` for one that
    pays no such payees."""
    programme: PointsProgrammeOpened | None = (await log.current(POINTS_PROGRAMME, programme_id)).state
    if programme is None:
        raise Rejected("points_programme_unknown", programme_id=programme_id)
    document = await rated_plan(log, *plan)
    if document.payee is not payee:
        raise Rejected("plan_pays_others", plan_id=plan[0], pays=document.payee.value, payee=payee.value)
    if document.currency != programme.currency:
        raise Rejected("points_other_currency", currency=programme.currency, plan_currency=document.currency)
    entries = await entries_of(reading, *plan, document, Owner(payee, payee_id))
    earned = sum((Fraction(one.amount) for one in entries), Fraction()) * Fraction(programme.per_unit)
    points = max(earned.numerator // earned.denominator, 0)
    named = f"{PLAN}{plan[0]}/{plan[1]}"
    return EarnByPlan(programme=programme, payee=payee, payee_id=payee_id, plan=named, points=points, by=by)


async def find_account(log: Log, programme_id: str, payee: Payee, payee_id: str) -> tuple[Points, str | None]:
    """The payee's points, and the tag of their stream; ``points_unknown`` where it never had any."""
    found = await log.current(POINTS, account_key(programme_id, payee, payee_id))
    if found.tag is None:
        raise Rejected("points_unknown", programme_id=programme_id, payee=payee.value, payee_id=payee_id)
    return found.state, found.tag
