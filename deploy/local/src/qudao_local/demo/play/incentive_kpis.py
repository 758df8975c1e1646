"""What incentives came to, read from the metrics API, and compared with what has to come of the year."""

import asyncio
import time
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from qudao_local.demo.play.doors import Doors
from qudao_local.demo.play.progress import Reporter
from qudao_local.demo.play.settle import WITHOUT_PROGRESS, Differs
from qudao_local.demo.play.statements import Book
from qudao_local.demo.scenario import Scenario

_KPIS = {
    "earned": "incentive_cost",
    "accrued": "incentives_accrued",
    "payable": "incentives_payable",
    "paid": "incentives_paid",
}
_SETTLED_WITHIN = timedelta(28)
"""After the last day of the year what was earned in it is on statements, and all that is paid of it here is paid; what comes later, like
the outcome of a dispute, is posted in later months, on their last days."""
_PAUSE = 0.3
_SHOWN = 3


async def by_partner(doors: Doors, currency: str, until: date | None = None) -> dict[str, Book]:
    """What has become of all that partners earned, or of what happened to it ``until`` a day."""
    found: dict[str, dict[str, Decimal]] = {}
    for name, kpi in _KPIS.items():
        answer = await doors.get("metrics", f"/v1/kpis/{kpi}", group_by="partner", limit=10_000, to=until and until.isoformat())
        for value in answer["values"]:
            if value["currency"] == currency and value["value"] is not None:
                found.setdefault(value["group"]["partner"], {})[name] = Decimal(value["value"])
    return {partner_id: Book(**amounts) for partner_id, amounts in found.items()}


async def settle_incentives(doors: Doors, scenario: Scenario, expected: Mapping[str, Book], reporter: Reporter) -> None:
    """Returns when the metrics show of every partner what it has earned in the year, what was paid of it and what is owed, to the cent.

    Raises `Differs` when they do not, and nothing has changed for a while.
    """
    stage = reporter.stage("metrics of incentives", 1)
    changed, seen = time.monotonic(), None
    while True:
        shown = await by_partner(doors, scenario.currency, scenario.last_day + _SETTLED_WITHIN)
        wrong = _differences(shown, expected)
        if not wrong:
            break
        if shown != seen:
            changed, seen = time.monotonic(), shown
        elif time.monotonic() - changed > WITHOUT_PROGRESS:
            raise Differs("; ".join(wrong[:_SHOWN]) + (f"; and {len(wrong) - _SHOWN:,} more" if len(wrong) > _SHOWN else ""))
        await asyncio.sleep(_PAUSE)
    stage.advance()
    stage.finish(f"every cent is as earned: {sum(one.earned for one in expected.values()):,} by {len(expected)} partners")


def _differences(shown: Mapping[str, Book], expected: Mapping[str, Book]) -> list[str]:
    return [
        f"{partner_id}: {shown.get(partner_id, Book())} instead of {expected.get(partner_id, Book())}"
        for partner_id in sorted(shown.keys() | expected.keys())
        if shown.get(partner_id, Book()) != expected.get(partner_id, Book())
    ]
