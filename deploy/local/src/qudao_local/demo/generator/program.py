"""The brand's incentives of the year: three plans, the agents' quotas and payments, a settlement by months."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

from qudao_local.demo.generator.earned import PROMOTED, earned
from qudao_local.demo.generator.stories import Story
from qudao_local.demo.generator.told import told
from qudao_local.demo.generator.world import World
from qudao_local.demo.incentives import Calendar, Incentives, Plan, Told

PLANS = Path(__file__).parent / "plans"
_SUBMITTED_ON, _APPROVED_ON, _AGREED_ON = date(2024, 12, 5), date(2024, 12, 10), date(2024, 12, 12)


def incentives(seed: int, world: World, stories: Callable[[], Iterator[Story]], first: date, last: date, zone: str) -> Incentives:
    """``stories`` of the year from ``first`` to ``last``; months are closed up to that of ``last``."""
    channels = {partner.partner_id: partner.channel_type for partner in world.partners}
    agents = {partner_id for partner_id, channel in channels.items() if channel == "agent"}
    promoted = {product.sku for product in world.products if product.category == PROMOTED}
    ends = list(_month_ends(first, last))

    def tell() -> Iterator[Told]:
        return told(seed, stories(), agents, last)

    return Incentives(
        plans=tuple(Plan(file.stem, file.read_bytes(), _SUBMITTED_ON, _APPROVED_ON) for file in sorted(PLANS.glob("*.yaml"))),
        calendar=Calendar(begins=first, zone=zone, on=_AGREED_ON),
        months=tuple(f"{end:%Y-%m}" for end in ends),
        told=tell,
        earned=lambda: earned(stories(), tell(), channels, promoted, ends),
    )


def _month_ends(first: date, last: date) -> Iterator[date]:
    begins = first.replace(day=1)
    while begins <= last:
        after = (begins + timedelta(31)).replace(day=1)
        yield after - timedelta(1)
        begins = after
