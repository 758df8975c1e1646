"""What may be done with points. Those whose days are over go before anything else, whether a timer came by or not."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from channel_events.pure import Decider, Known, Rejected
from channel_terms import happened_on
from msgspec.structs import replace

from incentives.domain.ledger import Account, moved
from incentives.domain.points.account import PLAN, Points, evolve
from incentives.domain.points.commands import (
    Cancel,
    CancelReward,
    Earn,
    EarnByPlan,
    ExpirePoints,
    GivePoints,
    PointsCommand,
    Redeem,
    RedeemPoints,
)
from incentives.domain.points.events import (
    EVENTS,
    PointsEarned,
    PointsEvent,
    PointsExpired,
    PointsGivenBack,
    PointsRedeemed,
    PointsTakenBack,
)

_FROM_TO: dict[type, tuple[Account, Account]] = {
    PointsEarned: (Account.POINTS, Account.EXPENSE),
    PointsTakenBack: (Account.EXPENSE, Account.POINTS),
    PointsExpired: (Account.EXPENSE, Account.POINTS),
    PointsRedeemed: (Account.PAID, Account.POINTS),
    PointsGivenBack: (Account.POINTS, Account.PAID),
}
"""What of the value moves from where to where: a reward that is given is paid for what points were worth."""


def decide(command: PointsCommand, account: Points, known: Known) -> Iterator[PointsEvent]:
    for step in (_expire, _decided, _expire):
        for event in step(command, account, known):
            account = evolve(account, event)
            source, to = _FROM_TO[type(event)]
            programme = command.programme
            postings = moved(programme.value * event.points, programme.currency, source=source, to=to)
            yield replace(event, balance=account.balance, owed=account.owed, expires_next=account.expires_next, postings=postings)


def _about(c: PointsCommand, **more: Any) -> dict[str, Any]:
    """The fields that all events have; those of what comes behind the event are set when that is known."""
    behind = {"balance": 0, "owed": 0, "expires_next": None, "postings": ()}
    of = _whose(c)
    return {"programme_id": c.programme.programme_id, "payee": of.payee, "payee_id": of.payee_id} | behind | more


def _whose(c: PointsCommand) -> GivePoints | RedeemPoints | CancelReward | EarnByPlan | ExpirePoints:
    """What of the command names the payee."""
    match c:
        case Earn():
            return c.give
        case Redeem():
            return c.redeem
        case Cancel():
            return c.cancel
        case _:
            return c


def _expire(c: PointsCommand, account: Points, known: Known) -> Iterator[PointsEvent]:
    if over := account.over(known.today):
        yield PointsExpired(**_about(c, points=over, occurred_on=known.today))


def _decided(command: PointsCommand, account: Points, known: Known) -> Iterator[PointsEvent]:
    match command:
        case Earn():
            return _earn(command, account, known)
        case EarnByPlan():
            return _earn_by_plan(command, account, known)
        case Redeem():
            return _redeem(command, account, known)
        case Cancel():
            return _cancel(command, account, known)
        case ExpirePoints():
            return iter(())


def _earned(c: Earn | EarnByPlan, account: Points, points: int, on: Any, **more: Any) -> PointsEarned:
    days = c.programme.holds_days
    expires_on = None if days is None else on + timedelta(days=days)
    about = _about(c, points=points, occurred_on=on)
    return PointsEarned(**about, set_off=min(points, account.owed), expires_on=expires_on, **more)


def _earn(c: Earn, account: Points, known: Known) -> Iterator[PointsEvent]:
    give = c.give
    if give.reference.startswith(PLAN):
        raise Rejected("points_reference_taken", reference=give.reference)
    if (points := account.given.get(give.reference)) is not None:
        if points != give.points:
            raise Rejected("points_reference_taken", reference=give.reference)
        return
    on = happened_on(give.on, known)
    yield _earned(c, account, give.points, on, reason=give.reason, reference=give.reference, by=give.by or "")


def _earn_by_plan(c: EarnByPlan, account: Points, known: Known) -> Iterator[PointsEvent]:
    more = c.points - account.by_plan.get(c.plan, 0)
    if more > 0:
        yield _earned(c, account, more, known.today, reason=c.plan, reference=c.plan, by=c.by)
    elif more < 0:
        yield PointsTakenBack(**_about(c, points=-more, occurred_on=known.today), reference=c.plan)


def _redeem(c: Redeem, account: Points, known: Known) -> Iterator[PointsEvent]:
    said = c.redeem
    if (before := account.redeemed.get(said.reference)) is not None:
        if (before.told.reward_id, before.told.quantity) != (said.reward_id, said.quantity):
            raise Rejected("points_reference_taken", reference=said.reference)
        return
    points = c.each * said.quantity
    if points > account.balance:
        raise Rejected("points_too_few", balance=account.balance, points=points)
    about = _about(c, points=points, occurred_on=happened_on(said.on, known))
    yield PointsRedeemed(**about, reward_id=said.reward_id, quantity=said.quantity, reference=said.reference, by=said.by or "")


def _cancel(c: Cancel, account: Points, known: Known) -> Iterator[PointsEvent]:
    said = c.cancel
    redeemed = account.redeemed.get(said.reference)
    if redeemed is None:
        raise Rejected("points_redemption_unknown", reference=said.reference)
    if not redeemed.given_back:
        told = redeemed.told
        about = _about(c, points=told.points, occurred_on=happened_on(said.on, known))
        what: dict[str, Any] = {"reward_id": told.reward_id, "quantity": told.quantity, "reference": said.reference}
        yield PointsGivenBack(**about, **what, reason=said.reason, by=said.by or "")


POINTS: Decider[PointsCommand, Points, PointsEvent] = Decider("points", initial=Points(), decide=decide, evolve=evolve, events=EVENTS)
