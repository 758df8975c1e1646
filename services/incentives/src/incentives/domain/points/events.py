"""What happens to a payee's points. ``balance`` is how many there are behind the event, ``expires_next`` the last day of those that go
first, ``postings`` what it comes to in the ledger."""

from datetime import date
from typing import TypeAlias, get_args

from channel_events.pure import event
from msgspec import Struct

from incentives.domain.ledger import Posting
from incentives.domain.words import Payee


class _Of(Struct, frozen=True, kw_only=True):
    programme_id: str
    payee: Payee
    payee_id: str
    points: int
    balance: int
    owed: int
    expires_next: date | None
    postings: tuple[Posting, ...]
    occurred_on: date


@event("points_earned")
class PointsEarned(_Of, frozen=True, kw_only=True):
    """By hand, or by a version of a plan. ``set_off`` of them go against what was owed; the others hold until ``expires_on``."""

    set_off: int
    expires_on: date | None
    reason: str
    reference: str
    by: str


@event("points_taken_back")
class PointsTakenBack(_Of, frozen=True, kw_only=True):
    """A plan pays less now than its points were given for. What is not there any more is ``owed``, and set off against later ones."""

    reference: str


@event("points_redeemed")
class PointsRedeemed(_Of, frozen=True, kw_only=True):
    reward_id: str
    quantity: int
    reference: str
    by: str


@event("points_given_back")
class PointsGivenBack(_Of, frozen=True, kw_only=True):
    """The redemption was cancelled: its points are there again, each as long as it was."""

    reward_id: str
    quantity: int
    reference: str
    reason: str
    by: str


@event("points_expired")
class PointsExpired(_Of, frozen=True, kw_only=True):
    pass


PointsEvent: TypeAlias = PointsEarned | PointsTakenBack | PointsRedeemed | PointsGivenBack | PointsExpired
EVENTS: tuple[type[PointsEvent], ...] = get_args(PointsEvent)
