"""Programmes, rewards, payees' points, and what happened to them."""

from collections.abc import Iterator
from typing import Any

from channel_events import DATE, INTEGER, NUMERIC, SEARCH, TEXT, TIME, OwnLog, Table, View, search_index, searchable
from channel_events.pure import Add, Change, Insert, Recorded, Set, event_type

from incentives.domain.over import over
from incentives.domain.points.account import account_key
from incentives.domain.points.decide import POINTS
from incentives.domain.points.events import PointsEarned, PointsGivenBack
from incentives.domain.points_programme import POINTS_PROGRAMME, PointsProgrammeOpened
from incentives.domain.reward import REWARD, RewardOffered, RewardTaken

ACCOUNT = Table(
    "points_account",
    key=("account_id",),
    columns={
        **dict.fromkeys(("account_id", "programme_id", "payee", "payee_id", "partner_id"), TEXT),
        **dict.fromkeys(("balance", "owed"), INTEGER),
        "expires_next": DATE,
        "due_at": TIME,
        **SEARCH,
    },
    scope="partner_id",
    indexes=[("due_at",), ("payee_id", "account_id"), ("partner_id", "account_id")],
)
"""``due_at`` is when the next of its points are over; ``partner_id`` is the payee, where it is a partner."""
MOVEMENT = Table(
    "points_movement",
    key=("event_id",),
    columns={
        **dict.fromkeys(("event_id", "programme_id", "payee", "payee_id", "partner_id", "what", "reference", "reward_id"), TEXT),
        **dict.fromkeys(("points", "balance"), INTEGER),
        "occurred_on": DATE,
        **SEARCH,
    },
    scope="partner_id",
    indexes=[("payee_id", "event_id"), ("partner_id", "event_id")],
)
PROGRAMME = Table(
    "points_programme",
    key=("programme_id",),
    columns={
        **dict.fromkeys(("programme_id", "title", "currency"), TEXT),
        **dict.fromkeys(("value", "per_unit"), NUMERIC),
        "holds_days": INTEGER,
        **SEARCH,
    },
    shared=True,
)
REWARDS = Table(
    "reward",
    key=("reward_id",),
    columns={
        **dict.fromkeys(("reward_id", "programme_id", "title"), TEXT),
        **dict.fromkeys(("points", "units", "taken"), INTEGER),
        **SEARCH,
    },
    sums=("taken",),
    shared=True,
)


def changes(event: Recorded) -> Iterator[Change]:
    e: Any = event.data
    match e:
        case PointsProgrammeOpened():
            yield PROGRAMME.put(e, **searchable(e.programme_id, e.title))
        case RewardOffered():
            said: dict[str, Any] = {name: getattr(e, name) for name in ("programme_id", "title", "points", "units")}
            yield Set((e.reward_id,), "reward", **said, **searchable(e.reward_id, e.title))
        case RewardTaken():
            yield Add((e.reward_id,), "reward", taken=e.quantity)
        case _:
            now: dict[str, Any] = {"programme_id": e.programme_id, "balance": e.balance}
            now |= {"payee": e.payee.value, "payee_id": e.payee_id, "partner_id": e.payee.partner_id(e.payee_id)}
            key, due_at = account_key(e.programme_id, e.payee, e.payee_id), None if e.expires_next is None else over(e.expires_next)
            found = searchable(e.programme_id, e.payee_id)
            yield Set((key,), "points_account", **now, owed=e.owed, expires_next=e.expires_next, due_at=due_at, **found)
            yield Insert((event.id,), "points_movement", **now, **_moved(e), occurred_on=e.occurred_on, **found)


def _moved(e: Any) -> dict[str, Any]:
    sign = 1 if isinstance(e, PointsEarned | PointsGivenBack) else -1
    named = {"reference": getattr(e, "reference", None), "reward_id": getattr(e, "reward_id", None)}
    return {"what": event_type(type(e)).name.removeprefix("points_"), "points": sign * e.points, **named}


POINTS_VIEW = View(
    "points",
    version=2,
    of=OwnLog(events=[*POINTS.events, *POINTS_PROGRAMME.events, *REWARD.events]),
    tables=[ACCOUNT, MOVEMENT, PROGRAMME, REWARDS],
    changes=changes,
)
for _table in POINTS_VIEW.tables:
    search_index(_table)
