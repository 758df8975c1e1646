"""Plays a scenario from the first territory to the table."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from qudao_local.demo.play import table
from qudao_local.demo.play.doors import Doors
from qudao_local.demo.play.figures import expected
from qudao_local.demo.play.freshness import Freshness, measure
from qudao_local.demo.play.heads import SERVICES, Heads
from qudao_local.demo.play.history import send_history, send_steps
from qudao_local.demo.play.incentives import play_incentives
from qudao_local.demo.play.kpis import Kpis
from qudao_local.demo.play.look_alikes import look_alikes
from qudao_local.demo.play.masters import Masters, wait_for_copies
from qudao_local.demo.play.progress import Reporter
from qudao_local.demo.play.refusals import Refusals
from qudao_local.demo.play.settle import Differs, settle
from qudao_local.demo.play.show_incentives import show_incentives
from qudao_local.demo.play.tally import Tally
from qudao_local.demo.play.trickle import Trickle
from qudao_local.demo.scenario import Scenario

TOP = 10
LIVE_PER_SECOND = 2.0
_PACED, _LIVE = "demo-paced", "demo-live"


@dataclass(slots=True)
class Outcome:
    """What was sent and what became of it; ``seconds`` from the first call until the metrics showed everything.

    ``differs`` says what they do not show.
    """

    masters: Tally = field(default_factory=Tally)
    documents: Tally = field(default_factory=Tally)
    steps: Tally = field(default_factory=Tally)
    incentives: Tally = field(default_factory=Tally)
    seconds: float = 0.0
    differs: str | None = None
    refusals: Refusals = field(default_factory=Refusals)
    notes: list[str] = field(default_factory=list)
    """What is no failure and yet worth knowing."""

    @property
    def all(self) -> Tally:
        total = Tally()
        for part in (self.masters, self.documents, self.steps, self.incentives):
            total.add(part)
        return total

    @property
    def failed(self) -> bool:
        """Whether something did not arrive that should have."""
        return self.refusals.losses > 0 or self.steps.refused > 0 or self.incentives.refused > 0 or self.differs is not None


class Player:
    """One scenario on one running stack."""

    def __init__(self, doors: Doors, scenario: Scenario, reporter: Reporter) -> None:
        self._doors = doors
        self._scenario = scenario
        self._reporter = reporter
        self._kpis = Kpis(doors, scenario.name, scenario.currency)

    async def play(self) -> Outcome:
        """Sends everything and returns when the metrics show it, or nothing more comes.

        Raises `Lost`, `Refused`, `Unreachable`.
        """
        outcome, began = Outcome(), time.monotonic()
        with self._reporter.drawing():
            heads = await Heads.of(self._doors, SERVICES if self._scenario.incentives is None else (*SERVICES, "incentives"))
            masters = Masters(self._doors, self._scenario, self._reporter)
            outcome.masters = await masters.send()
            outcome.refusals = masters.refusals
            if unheard := await wait_for_copies(self._doors, self._scenario, masters.taken):
                some = ", ".join(sorted(unheard)[:5])
                outcome.notes.append(f"orders-inventory has not heard of {len(unheard):,} partners ({some}...): `make status` says why")
            sent = await send_history(self._doors, self._scenario, self._reporter, outcome.refusals)
            outcome.documents = sent.tally
            outcome.steps = await send_steps(self._doors, self._scenario, self._reporter)
            figures = expected(self._scenario.documents(), self._scenario.steps(), set(sent.refused))
            try:
                if note := await settle(self._kpis, figures, self._reporter, altered=sent.altered):
                    outcome.notes.append(note)
                await self._play_incentives(heads, outcome)
            except Differs as differs:
                outcome.differs = str(differs)
        outcome.notes += [note async for note in look_alikes(self._doors)]
        outcome.seconds = time.monotonic() - began
        return outcome

    async def _play_incentives(self, heads: Heads, outcome: Outcome) -> None:
        scenario = self._scenario
        if scenario.incentives is not None:
            told = (outcome.refusals, outcome.incentives)
            await play_incentives(self._doors, scenario, scenario.incentives, self._reporter, heads, *told)

    async def show(self) -> None:
        """The tables, read from the metrics and from incentives."""
        console, currency = self._reporter.console, self._scenario.currency
        total = await self._kpis.everything()
        for dimension in self._scenario.groupings:
            table.print_groups(console, dimension, await self._kpis.by(dimension), total, currency)
        if self._scenario.incentives is not None:
            await show_incentives(self._doors, self._scenario, self._scenario.incentives, self._kpis, console)
        partners = await self._kpis.top_partners(TOP)
        table.print_partners(console, partners, total.values.get("gross", Decimal(0)), currency)

    async def freshness(self, kept: Path) -> tuple[Freshness, Tally]:
        """Measured once per data folder and kept in it: measuring again would add orders."""
        trickle = Trickle(self._doors, self._scenario, _PACED, "paced")
        known = Freshness.read(kept)
        if known is None:
            known = await measure(self._doors, trickle)
            known.write(kept)
        return known, trickle.tally

    async def live(self) -> None:
        """Orders of today until cancelled, with a line of how many."""
        run = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
        trickle = Trickle(self._doors, self._scenario, _LIVE, run)
        await trickle.forever(LIVE_PER_SECOND, self._reporter)
