"""The tables of incentives: by channel type what they cost and how far they are paid, and by month how each was closed."""

from collections import Counter, defaultdict
from decimal import Decimal

from rich.console import Console

from qudao_local.demo.incentives import Incentives
from qudao_local.demo.play import table
from qudao_local.demo.play.doors import Doors
from qudao_local.demo.play.incentive_kpis import by_partner
from qudao_local.demo.play.kpis import Kpis
from qudao_local.demo.play.statements import Book, issued
from qudao_local.demo.scenario import Scenario


async def show_incentives(doors: Doors, scenario: Scenario, incentives: Incentives, kpis: Kpis, console: Console) -> None:
    """As the services say it now, disputes and live orders among it."""
    channels = {partner.partner_id: partner.channel_type for partner in scenario.partners}
    by_channel: dict[str, Book] = defaultdict(Book)
    for partner_id, book in (await by_partner(doors, scenario.currency)).items():
        channel = channels.get(partner_id, "(none)")
        by_channel[channel] = by_channel[channel].plus(book)
    nets = {group.key: group.values.get("net", Decimal(0)) for group in await kpis.by("channel_type")}
    table.print_books(console, by_channel, nets, scenario.currency)
    table.print_months(console, await issued(doors, incentives.months, scenario.currency), scenario.currency)
    console.print(await _disputes(doors), await _payouts(doors), sep="; ", highlight=False, markup=False, soft_wrap=True)


async def _disputes(doors: Doors) -> str:
    disputes = (await doors.get("incentives", "/v1/disputes", limit=200))["items"]
    outcomes = Counter(one["outcome"] or "open" for one in disputes)
    return f"disputes: {', '.join(f'{count} {outcome}' for outcome, count in sorted(outcomes.items())) or 'none'}"


async def _payouts(doors: Doors) -> str:
    payouts = (await doors.get("incentives", "/v1/payouts", limit=200))["items"]
    failed = sum(Decimal(one["failed"]) for one in payouts)
    stages = Counter(one["stage"] for one in payouts)
    told = ", ".join(f"{count} {stage}" for stage, count in sorted(stages.items()))
    return f"payouts: {told or 'none'}; failed and paid again: {failed:,.2f}"
