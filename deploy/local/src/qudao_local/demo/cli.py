"""``python -m qudao_local demo``: plays a channel on a stack of its own and shows its figures."""

import asyncio
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from qudao_local.cli import REFUSALS, given_ports
from qudao_local.demo import said
from qudao_local.demo.datasets import DataError, MappingError, Report, find_mapping, load, read_mapping
from qudao_local.demo.generator import brand
from qudao_local.demo.play.doors import Doors, Refused, Unreachable
from qudao_local.demo.play.freshness import NotMeasured
from qudao_local.demo.play.history import Lost
from qudao_local.demo.play.player import Player
from qudao_local.demo.play.progress import Reporter
from qudao_local.demo.scenario import Scenario
from qudao_local.folder import Folder
from qudao_local.stack import Stack

ROOT = Path("var")
"""Below it each data set has a folder of its own."""
_LONGEST_HOURS = 24 * 31
"""How long the demo's own token is good for: longer than anybody leaves it running."""
_MARKS = ("secret", "lock")
"""What a data folder of ours has in it."""

FAILURES = (Lost, NotMeasured, Refused, Unreachable, TimeoutError, ExceptionGroup)
"""What can go wrong while playing and is told in a line."""


def demo(
    data: Annotated[Path | None, typer.Option(help="A folder with an export of your own, instead of the generated brand.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="The mapping of that export; by default found by the folder.")] = None,
    once: Annotated[bool, typer.Option("--once", help="End after the table.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget what this data set loaded before.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be loaded; start nothing, write nothing.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="Of the generated brand.")] = 1,
    port: Annotated[list[str] | None, typer.Option(help="PART=NUMBER, as often as needed; 0 is any free port.")] = None,
) -> None:
    """Play a channel through the HTTP doors, print its figures, keep running until Ctrl-C.

    Exit status 0: everything sent arrived. 1: it did not start, or something was lost or refused.
    2: the mapping or the data cannot be used.
    """
    console = said.console()
    scenario, report = _scenario(data, mapping, seed)
    if report is not None:
        said.say_report(console, report, shown=None if dry_run else said.SHOWN)
    if dry_run:
        said.say_dry_run(console, scenario)
        return
    folder = ROOT / (scenario.name if data or seed == 1 else f"{scenario.name}-{seed}")
    if fresh:
        _forget(folder)
    if report is not None and report.bad:
        said.write_bad_rows(console, report, folder)
    _run(console, scenario, folder, port or [], once=once, generated=data is None)


def _scenario(data: Path | None, mapping: Path | None, seed: int) -> tuple[Scenario, Report | None]:
    if data is None:
        return brand(seed), None
    try:
        return load(read_mapping(find_mapping(data, mapping)), data)
    except (MappingError, DataError) as wrong:
        _fail(str(wrong), status=2)


def _forget(folder: Path) -> None:
    """Removes a data folder, and nothing that is not one."""
    if not folder.exists():
        return
    if Folder(folder).launcher() is not None:
        _fail(f"{folder} is in use: end the stack that runs on it first")
    if not any((folder / mark).exists() for mark in _MARKS):
        _fail(f"{folder} is not a data folder of this program: remove it yourself")
    shutil.rmtree(folder)


def _run(console: Console, scenario: Scenario, folder: Path, port: list[str], *, once: bool, generated: bool) -> None:
    signal.signal(signal.SIGTERM, _interrupt)
    began = time.monotonic()

    def say(part: str, text: str) -> None:
        console.print(f"  {part}: {text}", highlight=False, markup=False, soft_wrap=True)

    status = 0
    try:
        with Stack(folder, given=given_ports(port), settings={"TIMEZONE": scenario.zone}, say=say) as stack:
            try:
                status = asyncio.run(_play(console, scenario, stack, once=once, generated=generated))
            except FAILURES as failure:
                status = 1
                console.print(f"it did not work out: {_words(failure)}", style="bold red", markup=False, soft_wrap=True)
    except REFUSALS as refusal:
        _fail(str(refusal))
    except KeyboardInterrupt:
        console.print("stopped; the data are kept", markup=False)
        raise typer.Exit(130 if once else 0) from None
    console.print(f"stopped after {time.monotonic() - began:.0f} s; the data are kept in {folder}", markup=False)
    raise typer.Exit(status)


async def _play(console: Console, scenario: Scenario, stack: Stack, *, once: bool, generated: bool) -> int:
    """The exit status. Ends at once with ``once``, else when it is cancelled."""
    async with Doors(stack.urls, token=stack.token(hours=_LONGEST_HOURS)) as doors:
        player = Player(doors, scenario, Reporter(console))
        outcome = await player.play()
        failed = outcome.all.refused > 0 or outcome.differs is not None
        await player.show()
        if generated:
            freshness, paced = await player.freshness(stack.folder.path / "freshness.json")
            said.say_freshness(console, freshness, paced)
            failed = failed or paced.refused > 0
        said.say_outcome(console, outcome, stack.urls)
        if once:
            return 1 if failed else 0
        if generated:
            console.print("live orders go on until Ctrl-C", markup=False)
            await player.live()
        console.print("running until Ctrl-C", markup=False)
        await asyncio.Event().wait()
        return 0


def _words(failure: BaseException) -> str:
    """The first cause in words."""
    while isinstance(failure, BaseExceptionGroup):
        failure = failure.exceptions[0]
    return str(failure) or type(failure).__name__


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _fail(text: str, status: int = 1) -> NoReturn:
    print(text, file=sys.stderr, flush=True)
    raise typer.Exit(status)
