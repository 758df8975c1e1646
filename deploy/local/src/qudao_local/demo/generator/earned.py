"""What the year's statements have to say, worked out from what the generator knows and by rates written down here once more: a plan that
says something else, an order that is lost or a return that counts twice makes the demo fail."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from qudao_local.demo.generator.stories import Story, net
from qudao_local.demo.generator.told import quarter_of
from qudao_local.demo.incentives import Payment, Quota, Told

PROMOTED = "清洁 Cleaning"
_CENT = Decimal("0.01")


class Window(NamedTuple):
    """In which one partner is paid for what it has accumulated by one rule."""

    partner_id: str
    channel: str
    first: date


class Counted(NamedTuple):
    """``amount`` is in the window from ``since`` on."""

    window: Window
    since: date
    amount: Decimal


def earned(
    stories: Iterable[Story], told: Iterable[Told], channels: Mapping[str, str], promoted: set[str], months: Iterable[date]
) -> dict[tuple[str, str], Decimal]:
    """By partner and month what is earned more, or less, at its end than at the end of the one before; where that is nothing, nothing.

    ``channels`` are the partners' channel types, ``promoted`` the SKUs that shops are paid for, ``months`` the last days.
    """
    quotas: dict[Window, Decimal] = {}
    counted: dict[Window, list[Counted]] = defaultdict(list)
    for one in told:
        match one:
            case Quota():
                quotas[Window(one.payee_id, "agent", one.first)] = one.amount
            case Payment():
                counted[window := Window(one.partner_id, "agent", quarter_of(one.on))].append(Counted(window, one.on, one.amount))
    for story in stories:
        for of_story in _of(story, channels[story.order.partner_id], promoted):
            counted[of_story.window].append(of_story)
    pays: dict[str, Callable[[Window, Decimal], Decimal]] = {
        "distributor": lambda _, base: _volume(base),
        "agent": lambda window, base: _collections(base, quotas.get(window, Decimal(0))),
        "ecommerce": lambda _, base: 5 * base,
    }
    found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    ends = list(months)
    for window, parts in counted.items():
        parts.sort(key=lambda one: one.since)
        before, base, at = Decimal(0), Decimal(0), 0
        for end in ends:
            while at < len(parts) and parts[at].since <= end:
                base, at = base + parts[at].amount, at + 1
            amount = pays[window.channel](window, base).quantize(_CENT, ROUND_HALF_UP)
            found[window.partner_id, f"{end:%Y-%m}"] += amount - before
            before = amount
    return {name: amount for name, amount in found.items() if amount}


def _of(story: Story, channel: str, promoted: set[str]) -> Iterator[Counted]:
    order, partner = story.order, story.order.partner_id
    for line in order.lines:
        taken = story.taken.get(line.line_id, 0)
        if channel == "ecommerce" and line.sku in promoted:
            window = Window(partner, channel, order.on.replace(day=1))
            yield Counted(window, order.on, Decimal(line.quantity))
            if story.taken_on and taken:
                yield Counted(window, story.taken_on, Decimal(-taken))
        elif channel == "distributor" and line.line_id in story.delivered:
            on = story.delivered[line.line_id]
            window = Window(partner, channel, quarter_of(on))
            yield Counted(window, on, net(line, line.quantity if story.returned else line.quantity - taken))
            if story.taken_on and story.returned and taken:
                yield Counted(window, max(on, story.taken_on), -net(line, taken))


def _volume(base: Decimal) -> Decimal:
    """0.5 % up to 200,000, 1 % up to a million, 1.5 % beyond."""
    if base <= 0:
        return base * Decimal("0.005")
    slices = ((Decimal(0), Decimal("0.005")), (Decimal(200_000), Decimal("0.005")), (Decimal(1_000_000), Decimal("0.005")))
    return sum((max(base - start, Decimal(0)) * more for start, more in slices), Decimal(0))


def _collections(base: Decimal, quota: Decimal) -> Decimal:
    """2 % up to the quota and 4 % beyond it, from half of it on."""
    if quota <= 0 or base * 2 < quota:
        return Decimal(0)
    return min(base, quota) * Decimal("0.02") + max(base - quota, Decimal(0)) * Decimal("0.04")
