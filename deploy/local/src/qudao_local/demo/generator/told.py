"""What incentives is told of the agents: quotas of the quarters, and the money that arrives for their orders, mostly in time."""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from qudao_local.demo.generator.stories import Story
from qudao_local.demo.incentives import Payment, Quota, Told

MEASURE = "collections"
_CENT, _THOUSAND = Decimal("0.01"), Decimal(1000)
_AGREED_ON_DAYS_BEFORE = 15
_NEVER, _LATE, _IN_PARTS = 0.02, 0.10, 0.28
"""Of the orders: never paid, paid late, paid in two parts; each with those before it."""
_FIRST_PART = Decimal("0.6")


def told(seed: int, stories: Iterable[Story], agents: set[str], last: date) -> Iterator[Told]:
    """Quotas first; payments in the order of the orders, none after ``last``."""
    own = [story for story in stories if story.order.partner_id in agents]
    yield from _quotas(seed, own)
    for story in own:
        yield from (one for one in _payments(seed, story) if one.on <= last)


def quarter_of(day: date) -> date:
    """Its first day."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def _quotas(seed: int, stories: list[Story]) -> Iterator[Quota]:
    """What an agent sells in a quarter of the year on average, a little more or less."""
    sold: dict[str, Decimal] = defaultdict(Decimal)
    for story in stories:
        sold[story.order.partner_id] += story.kept()
    year = stories[0].order.on.year if stories else 0
    for agent, amount in sorted(sold.items()):
        rng = random.Random(f"{seed}/quota/{agent}")  # noqa: S311 (reproducible, not secret)
        for month in (1, 4, 7, 10):
            first = date(year, month, 1)
            last = quarter_of(first + timedelta(95)) - timedelta(1)
            wanted = max(_THOUSAND, (amount / 4 * Decimal(rng.randint(75, 115)) / 100 / _THOUSAND).quantize(Decimal(1)) * _THOUSAND)
            yield Quota(agent, MEASURE, first, last, wanted, date(year, 1, 1) - timedelta(_AGREED_ON_DAYS_BEFORE))


def _payments(seed: int, story: Story) -> Iterator[Payment]:
    """Of what the agent kept, after it was delivered."""
    order, days = story.order, story.delivered.values()
    due = story.kept().quantize(_CENT, ROUND_HALF_UP)
    if not days or due <= 0:
        return
    rng = random.Random(f"{seed}/payments/{order.external_id}")  # noqa: S311 (reproducible, not secret)
    fate, delivered = rng.random(), max(days)
    if fate < _NEVER:
        return
    in_time = delivered + timedelta(rng.randint(15, 32))
    if fate < _LATE:
        parts = [(in_time + timedelta(rng.randint(30, 90)), due)]
    elif fate < _IN_PARTS:
        first = (due * _FIRST_PART).quantize(_CENT, ROUND_HALF_UP)
        parts = [(in_time, first), (in_time + timedelta(rng.randint(20, 60)), due - first)]
    else:
        parts = [(in_time, due)]
    for number, (on, amount) in enumerate(parts, 1):
        if amount:
            yield Payment(story.order_id, f"BK-{order.external_id}-{number}", order.partner_id, order.currency, amount, on)
