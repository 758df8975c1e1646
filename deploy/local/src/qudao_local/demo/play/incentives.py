"""Plays what the channel is paid for: plans agreed to by two people, quotas and payments told, and the settlement begun that closes the
months one after another."""

import asyncio
import hashlib
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from qudao_local.demo.incentives import Incentives, Plan
from qudao_local.demo.play.closes import Closes
from qudao_local.demo.play.commands import Commands
from qudao_local.demo.play.doors import Doors, Refused
from qudao_local.demo.play.heads import Heads, all_told_by, head_of
from qudao_local.demo.play.imports import INCENTIVES, send_whole
from qudao_local.demo.play.incentive_kpis import settle_incentives
from qudao_local.demo.play.progress import Reporter
from qudao_local.demo.play.refusals import Refusals
from qudao_local.demo.play.settle import Differs
from qudao_local.demo.play.statements import books
from qudao_local.demo.play.tally import Tally
from qudao_local.demo.scenario import Scenario

_SILENCE = 120.0
"""Seconds after which nothing more is expected to come."""
_PAUSE = 0.2
_NOBODY = "nobody"


async def play_incentives(
    doors: Doors, scenario: Scenario, incentives: Incentives, reporter: Reporter, heads: Heads, refusals: Refusals, tally: Tally
) -> None:
    """All of it, when every order is sent: a month that is closed takes nothing any more. Returns when the metrics show it; ``tally``
    counts what is sent, ``refusals`` take rows that are refused.

    Raises `Refused`, `Unreachable`, and `Differs` where a statement or the metrics say something else than was earned.
    """
    commands = Commands(doors, scenario.name, heads, tally)
    for plan in incentives.plans:
        await _agree_on(plan, commands)
    tally.add(await _tell(doors, incentives, reporter, refusals))
    await _heard(doors, incentives.plans[0], reporter)
    await commands.put("finance", "/v1/settlement/calendar", incentives.calendar)
    # What has to come of it takes seconds to work out, and so does the closing.
    earned, _ = await asyncio.gather(asyncio.to_thread(incentives.earned), _closed(doors, incentives.months, reporter))
    await Closes(doors, commands, incentives.months, scenario.currency, reporter).play(earned)
    await settle_incentives(doors, scenario, books(earned, incentives.months), reporter)
    await _up_to_date(doors)


async def _agree_on(plan: Plan, commands: Commands) -> None:
    """Written, tried and submitted by who runs the channel; approved by finance."""
    path, manager = f"/v1/plans/{plan.plan_id}", "channel_manager"
    await commands.put(manager, f"{path}/yaml", plan.document)
    # What was done with another draft was not done with this one.
    draft = hashlib.sha256(plan.document).hexdigest()[:16]
    for step in ("simulate", "submit"):
        await commands.post(manager, f"{path}/{step}", {"version": 1, "on": plan.submitted_on}, key=draft)
    await commands.post("finance", f"{path}/approve", {"version": 1, "on": plan.approved_on}, key=draft)


async def _tell(doors: Doors, incentives: Incentives, reporter: Reporter, refusals: Refusals) -> Tally:
    """Quotas and payments, as a file."""
    told = list(incentives.told())
    stage = reporter.stage("quotas and payments", len(told))
    result = await send_whole(doors.of("finance"), lambda: told, stage, to=INCENTIVES)
    tally = Tally(accepted=result.accepted, repeated=result.repeated)
    for why in result.refused.values():
        refusals.add(str(why), why.problem)
        tally.refuse(str(why), why.problem)
    stage.finish(str(tally))
    return tally


async def _heard(doors: Doors, plan: Plan, reporter: Reporter) -> None:
    """Returns when incentives has seen all that orders-inventory told: what it hears of later belongs to a later month."""
    stage, token = reporter.stage("incentives hears of the orders", 1), await all_told_by(doors, "orders-inventory")
    until = time.monotonic() + _SILENCE
    while True:
        try:
            await doors.get("incentives", f"/v1/plans/{plan.plan_id}/versions/1/payees/{_NOBODY}", wait_for=token)
        except Refused as refusal:
            if refusal.code != "view_behind" or time.monotonic() > until:
                raise
        else:
            stage.advance()
            stage.finish("all of them")
            return


async def _closed(doors: Doors, months: Sequence[str], reporter: Reporter) -> None:
    """Returns when the statements of all ``months`` are issued. They are closed one after another, once all that happened until then is
    worked out for everybody."""
    stage = reporter.stage("months", len(months))
    changed, seen = time.monotonic(), None
    while True:
        periods = (await doors.get("incentives", "/v1/settlement/periods", limit=200))["items"]
        closed = [one["period"] for one in periods if one["stage"] == "closed" and one["period"] in months]
        stage.advance(len(closed) - stage.done)
        if len(closed) == len(months):
            stage.finish(f"{len(closed)} closed")
            return
        if time.monotonic() - changed > _SILENCE:
            # Before the first is closed what everybody earned in the whole year is written.
            if (now := await head_of(doors, "incentives")) == seen:
                raise Differs(f"{len(closed)} of {len(months)} months are closed, and nothing moves")
            changed, seen = time.monotonic(), now
        await asyncio.sleep(_PAUSE)


async def _up_to_date(doors: Doors) -> None:
    """Returns when the months since the year are closed, too, in which nothing is known to have happened: live orders belong to none."""
    until = time.monotonic() + _SILENCE
    while time.monotonic() < until:
        newest = (await doors.get("incentives", "/v1/settlement/periods", limit=1))["items"][0]
        if newest["ends_at"] is not None and datetime.fromisoformat(newest["ends_at"]) > datetime.now(UTC):
            return
        await asyncio.sleep(_PAUSE)
