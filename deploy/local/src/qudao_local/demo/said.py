"""What the demo says besides the tables."""

from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from qudao_local.demo.datasets import Report
from qudao_local.demo.documents import Order
from qudao_local.demo.play.freshness import Freshness
from qudao_local.demo.play.player import Outcome
from qudao_local.demo.play.tally import Tally
from qudao_local.demo.scenario import Scenario

SHOWN = 20
"""Bad rows that are shown; all are written into the data folder."""
_WIDTH = 150
"""Columns where nobody has a terminal."""


def console() -> Console:
    terminal = Console()
    return terminal if terminal.is_terminal else Console(width=_WIDTH)


def _say(console: Console, text: str) -> None:
    console.print(text, highlight=False, markup=False, soft_wrap=True)


def say_report(console: Console, report: Report, shown: int | None = SHOWN) -> None:
    """What was taken, ignored and bad; ``shown`` limits the bad rows."""
    taken = ", ".join(f"{count:,} {kind}" for kind, count in sorted(report.taken.items()) if count)
    _say(console, f"rows taken: {taken or 'none'}")
    for reason, count in report.ignored.most_common():
        _say(console, f"rows ignored: {count:,}, {reason}")
    for note in report.notes:
        _say(console, f"note: {note}")
    if report.bad:
        _say(console, f"bad rows: {len(report.bad):,}")
        for row in report.bad[:shown]:
            _say(console, f"  {row}")
        if shown is not None and len(report.bad) > shown:
            _say(console, f"  and {len(report.bad) - shown:,} more")


def write_bad_rows(console: Console, report: Report, folder: Path) -> None:
    """All of them, in a file of the data folder."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = folder / "bad-rows.txt"
    file.write_text("".join(f"{row}\n" for row in report.bad), encoding="utf-8")
    _say(console, f"  all of them: {file}")


def say_dry_run(console: Console, scenario: Scenario) -> None:
    """What a run would send."""
    documents = list(scenario.documents())
    lines = sum(len(document.lines) for document in documents if isinstance(document, Order))
    orders = sum(isinstance(document, Order) for document in documents)
    _say(
        console,
        f"would send {len(scenario.territories)} territories, {len(scenario.warehouses)} warehouses, {len(scenario.products):,} products, "
        f"{len(scenario.partners):,} partners, and {len(documents):,} documents, of them {orders:,} orders with {lines:,} lines "
        f"from {scenario.first_day} to {scenario.last_day}; nothing was written",
    )


def say_freshness(console: Console, freshness: Freshness, paced: Tally) -> None:
    when = "measured now" if paced.sent else f"measured {freshness.measured_at}; measuring again would add orders"
    _say(console, f"freshness, recorded to counted in the metrics: {freshness} ({when})")


def say_outcome(console: Console, outcome: Outcome, urls: Mapping[str, str]) -> None:
    _say(console, f"documents: {outcome.documents}")
    _say(console, f"everything: {outcome.all}, in {outcome.seconds:.1f} s")
    if outcome.differs is not None:
        _say(console, f"the metrics do not show what was sent: {outcome.differs}")
    for note in outcome.notes:
        _say(console, f"note: {note}")
    for words in outcome.all.examples:
        _say(console, f"  refused: {words}")
    for name, url in urls.items():
        _say(console, f"  {name:17} {url}/docs")
    if "metrics" in urls:
        _say(console, f"  {'live board':17} {urls['metrics']}/board, signing in with what `make token ROLE=ops` prints")
