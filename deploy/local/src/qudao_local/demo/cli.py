"""``python -m qudao_local demo``: plays a channel on a stack of its own and shows its figures."""

import asyncio
import shutil
import signal
import sys
import time
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from rich.console import Console

from qudao_local.cli import REFUSALS, given_ports
from qudao_local.demo import said
from qudao_local.demo.datasets import DataError, Earlier, Mapping, MappingError, Report, find_mapping, load, read_mapping
from qudao_local.demo.datasets import earlier as earlier_loads
from qudao_local.demo.generator import brand
from qudao_local.demo.play.doors import Doors, Refused, Unreachable
from qudao_local.demo.play.freshness import NotMeasured
from qudao_local.demo.play.history import Lost
from qudao_local.demo.play.player import Player
from qudao_local.demo.play.progress import Reporter
from qudao_local.demo.play.rehearsal import rehearse
from qudao_local.demo.scenario import Scenario
from qudao_local.folder import Folder
from qudao_local.ports import PORTS
from qudao_local.stack import Stack

ROOT = Path("var")
"""Below it each data set has a folder of its own."""
_LONGEST_HOURS = 24 * 31
"""How long the demo's own token is good for: longer than anybody leaves it running."""
_MARKS = ("secret", "lock", earlier_loads.NAME)
"""What a data folder of ours has in it."""

Result = TypeVar("Result")

FAILURES = (Lost, NotMeasured, Refused, Unreachable, TimeoutError, ExceptionGroup)
"""What can go wrong while playing and is told in a line."""


def demo(
    data: Annotated[Path | None, typer.Option(help="A folder with an export of your own, instead of the generated brand.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="The mapping of that export; by default found by the folder.")] = None,
    once: Annotated[bool, typer.Option("--once", help="End after the table.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget what this data set loaded before.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be loaded and what the services say to it.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="Of the generated brand.")] = 1,
    port: Annotated[list[str] | None, typer.Option(help="PART=NUMBER, as often as needed; 0 is any free port.")] = None,
) -> None:
    """Play a channel through the HTTP doors, print its figures, keep running until Ctrl-C.

    Exit status 0: everything sent arrived. 1: it did not start, or something was lost or refused.
    2: the mapping or the data cannot be used. Of a dry run 1: a service would refuse something.
    """
    console = said.console()
    if data is None:
        scenario, report, earlier = brand(seed), None, None
        folder = ROOT / (scenario.name if seed == 1 else f"{scenario.name}-{seed}")
    else:
        read = _mapping(data, mapping)
        folder = ROOT / read.name
        scenario, report, earlier = _load(read, data, Earlier() if fresh else Earlier.of(folder))
        said.say_report(console, report)
    if dry_run:
        said.say_dry_run(console, scenario)
        if report is not None:
            _rehearse(console, scenario, report, folder, fresh=fresh)
        return
    if fresh:
        _forget(folder)
    if earlier is not None:
        earlier.write(folder)
    _run(console, scenario, report, folder, port or [], once=once)


def _mapping(data: Path, named: Path | None) -> Mapping:
    try:
        return read_mapping(find_mapping(data, named))
    except MappingError as wrong:
        _fail(str(wrong), status=2)


def _load(mapping: Mapping, data: Path, earlier: Earlier) -> tuple[Scenario, Report, Earlier]:
    try:
        return load(mapping, data, earlier)
    except (MappingError, DataError) as wrong:
        _fail(str(wrong), status=2)


def _rehearse(console: Console, scenario: Scenario, report: Report, folder: Path, *, fresh: bool) -> None:
    """On what is loaded already, which stays as it is, else on a stack that is thrown away. Exit status 1: something would be refused."""
    kept = not fresh and (folder / "secret").exists()
    with TemporaryDirectory(prefix="qudao-dry-run-") as temporary:
        rehearsed = _on_stack(
            console,
            scenario,
            folder if kept else Path(temporary) / "data",
            dict.fromkeys(PORTS, 0),
            lambda doors, _: rehearse(doors, scenario, Reporter(console), throw_away=not kept),
        )
    said.say_rehearsal(console, rehearsed)
    said.write_account(console, report, folder.with_name(f"{folder.name}.dry-run.txt"), rehearsed.refusals)
    console.print("nothing was loaded", markup=False)
    if rehearsed.refusals.losses:
        raise typer.Exit(1)


def _forget(folder: Path) -> None:
    """Removes a data folder, and nothing that is not one."""
    if not folder.exists():
        return
    if Folder(folder).launcher() is not None:
        _fail(f"{folder} is in use: end the stack that runs on it first")
    if not any((folder / mark).exists() for mark in _MARKS):
        _fail(f"{folder} is not a data folder of this program: remove it yourself")
    shutil.rmtree(folder)


def _run(console: Console, scenario: Scenario, report: Report | None, folder: Path, port: list[str], *, once: bool) -> None:
    began = time.monotonic()
    try:
        given = given_ports(port)
    except ValueError as refusal:
        _fail(str(refusal))
    status = _on_stack(
        console, scenario, folder, given, lambda doors, stack: _play(console, scenario, report, doors, stack, once=once), once=once
    )
    console.print(f"stopped after {time.monotonic() - began:.0f} s; the data are kept in {folder}", markup=False)
    raise typer.Exit(status)


def _on_stack(
    console: Console,
    scenario: Scenario,
    folder: Path,
    given: dict[str, int],
    work: Callable[[Doors, Stack], Coroutine[Any, Any, Result]],
    *,
    once: bool = True,
) -> Result:
    """What ``work`` gives on a stack that runs meanwhile."""
    signal.signal(signal.SIGTERM, _interrupt)

    def say(part: str, text: str) -> None:
        console.print(f"  {part}: {text}", highlight=False, markup=False, soft_wrap=True)

    async def with_doors(stack: Stack) -> Result:
        issue = partial(stack.token, hours=_LONGEST_HOURS)
        async with Doors(stack.urls, token=issue(), issue=issue) as doors:
            return await work(doors, stack)

    try:
        with Stack(folder, given=given, settings={"TIMEZONE": scenario.zone}, say=say) as stack:
            try:
                return asyncio.run(with_doors(stack))
            except FAILURES as failure:
                console.print(f"it did not work out: {_words(failure)}", style="bold red", markup=False, soft_wrap=True)
    except REFUSALS as refusal:
        _fail(str(refusal))
    except KeyboardInterrupt:
        console.print("stopped; the data are kept", markup=False)
        raise typer.Exit(130 if once else 0) from None
    raise typer.Exit(1)


async def _play(console: Console, scenario: Scenario, report: Report | None, doors: Doors, stack: Stack, *, once: bool) -> int:
    """The exit status. Ends at once with ``once``, else when it is cancelled. Without a ``report`` the scenario is made up."""
    player = Player(doors, scenario, Reporter(console))
    outcome = await player.play()
    failed = outcome.failed
    await player.show()
    if report is None:
        freshness, paced = await player.freshness(stack.folder.path / "freshness.json")
        said.say_freshness(console, freshness, paced)
        failed = failed or paced.refused > 0
    said.say_outcome(console, outcome, stack.urls)
    if report is not None:
        said.write_account(console, report, stack.folder.path / "report.txt", outcome.refusals)
    if once:
        return 1 if failed else 0
    if report is None:
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
