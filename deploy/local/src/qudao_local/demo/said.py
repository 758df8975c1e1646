"""What the demo says besides the tables."""

from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from qudao_local.demo.datasets import Report
from qudao_local.demo.documents import Order
from qudao_local.demo.play.freshness import Freshness
from qudao_local.demo.play.player import Outcome
from qudao_local.demo.play.rehearsal import Rehearsed
from qudao_local.demo.play.tally import Tally
from qudao_local.demo.scenario import Scenario

SHOWN = 20
"""Rows of each group that are shown; all are written into a file."""
_WIDTH = 150
"""Columns where nobody has a terminal."""


def console() -> Console:
    """Without emoji: an order called ``shop:b:`` is not to be shown as something else."""
    terminal = Console(emoji=False)
    return terminal if terminal.is_terminal else Console(width=_WIDTH, emoji=False)


def _say(console: Console, text: str) -> None:
    console.print(text, highlight=False, markup=False, soft_wrap=True)


def say_report(console: Console, report: Report) -> None:
    """What was taken and ignored, what is lost and what is noise."""
    taken = ", ".join(f"{count:,} {kind}" for kind, count in sorted(report.taken.items()) if count)
    _say(console, f"rows taken: {taken or 'none'}")
    for reason, count in report.ignored.most_common():
        _say(console, f"rows ignored: {count:,}, {reason}")
    lines, rounding = report.rounding
    if lines:
        _say(console, f"note: {lines:,} line totals are no multiple of their quantity: price rounded up, {rounding:,f} in all as discount")
    matched, units = report.matching
    if units:
        _say(
            console,
            f"note: of {units:,} units on new credit notes {matched:,} are of sales that are here, the rest is taken without an order",
        )
    for note in report.notes:
        _say(console, f"note: {note}")
    for title, rows in report.groups():
        _say_some(console, title, [str(row) for row in rows])


def _say_some(console: Console, title: str, lines: list[str]) -> None:
    if not lines:
        return
    _say(console, f"{title}: {len(lines):,}")
    for line in lines[:SHOWN]:
        _say(console, f"  {line}")
    if len(lines) > SHOWN:
        _say(console, f"  and {len(lines) - SHOWN:,} more")


def write_account(console: Console, report: Report, file: Path, refusals: Mapping[str, list[str]]) -> None:
    """All that was not simply loaded, by what became of it: a heading with its count, then a line each with its place."""
    groups = {title: [str(row) for row in rows] for title, rows in report.groups() if rows}
    for title, lines in refusals.items():
        groups[title] = groups.get(title, []) + lines
    groups["ignored"] = [f"{count:,} rows: {reason}" for reason, count in report.ignored.most_common()]
    lines = [line for title, rows in groups.items() if rows for line in (f"# {title}: {len(rows):,}", *rows, "")]
    if not lines:
        file.unlink(missing_ok=True)
        return
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.write_text("\n".join(lines), encoding="utf-8")
    _say(console, f"all of that: {file}")


def say_dry_run(console: Console, scenario: Scenario) -> None:
    """What a run would send."""
    documents = orders = lines = 0
    for document in scenario.documents():
        documents += 1
        if isinstance(document, Order):
            orders, lines = orders + 1, lines + len(document.lines)
    _say(
        console,
        f"would send {len(scenario.territories)} territories, {len(scenario.warehouses)} warehouses, {len(scenario.products):,} products, "
        f"{len(scenario.partners):,} partners, and {documents:,} documents, of them {orders:,} orders with {lines:,} lines "
        f"from {scenario.first_day} to {scenario.last_day}",
    )
    if (known := scenario.incentives) is not None:
        told = sum(1 for _ in known.told())
        _say(console, f"and {len(known.plans)} plans, {told:,} quotas and payments; {len(known.months)} months would be closed and paid")


def say_rehearsal(console: Console, rehearsed: Rehearsed) -> None:
    """What the services said to that."""
    _say(console, f"the services' own checks: {rehearsed.tally}")
    for title, lines in rehearsed.refusals.items():
        _say_some(console, title, lines)
    for note in rehearsed.notes:
        _say(console, f"note: {note}")


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
    for title, lines in outcome.refusals.items():
        _say_some(console, title, lines)
    for name, url in urls.items():
        _say(console, f"  {name:17} {url}/docs")
    if "metrics" in urls:
        _say(console, f"  {'live board':17} {urls['metrics']}/board, signing in with what `make token ROLE=ops` prints")
