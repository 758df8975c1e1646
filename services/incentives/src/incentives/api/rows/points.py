"""Points and rewards, as rows."""

from datetime import date
from typing import Any

from channel_service.importing import Importable, never, not_first

from incentives.api.rows.steps import step
from incentives.application.points import cancelling, giving, offering, redeeming_points
from incentives.domain.points.commands import CancelReward, GivePoints, RedeemPoints
from incentives.domain.points_programme import OpenPointsProgramme
from incentives.domain.reward import OfferReward
from incentives.domain.words import Payee

_POINTS: dict[str, Any] = {"programme_id": "club", "payee": Payee.PARTNER, "payee_id": "p-1001", "by": "eve", "on": date(2026, 5, 4)}
KINDS: tuple[Importable[Any], ...] = (
    Importable(
        "points_programme",
        OpenPointsProgramme,
        key=["programme_id"],
        changed=never,
        example=OpenPointsProgramme(programme_id="club", title="Partner club", currency="CNY"),
    ),
    Importable(
        "reward",
        OfferReward,
        use=offering,
        key=["reward_id"],
        changed=not_first,
        example=OfferReward(reward_id="bike-tour", programme_id="club", title="A day with the team", points=500),
    ),
    step(
        "points",
        GivePoints(**_POINTS, points=120, reason="spring contest", reference="contest-3"),
        "programme_id",
        "payee",
        "payee_id",
        "reference",
        use=giving,
    ),
    step(
        "points_redemption",
        RedeemPoints(**_POINTS, reward_id="bike-tour", reference="r-17"),
        "programme_id",
        "payee",
        "payee_id",
        "reference",
        use=redeeming_points,
    ),
    step(
        "points_cancellation",
        CancelReward(**_POINTS, reference="r-17", reason="rain"),
        "programme_id",
        "payee",
        "payee_id",
        "reference",
        use=cancelling,
    ),
)
