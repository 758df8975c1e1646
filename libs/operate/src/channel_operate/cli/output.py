"""How commands speak: results on standard output, as text or as JSON; progress and everything else on standard error."""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Annotated, Any, NoReturn, TypeVar

import asyncpg
import msgspec
import typer
from aiokafka.errors import KafkaError
from channel_events.broker import TooFewBrokers, TopicMissing, TopicRefused
from channel_events.log import DRIVER_LOST, LogFailure, UnsafeServer
from channel_events.refusal import BrokerRefused
from channel_events.security import BadSecurity
from channel_events.subscription import Busy
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from channel_operate.builds import NotReady
from channel_operate.cli.target import CannotRun
from channel_operate.topics import RelayBusy

T = TypeVar("T")

FOUND, WRONG, UNCONFIRMED, UNREACHABLE, INTERRUPTED = 1, 2, 3, 4, 130
"""Exit statuses: something is not as it should be; wrong usage or settings; not confirmed; database or broker away; Ctrl-C."""

Json = Annotated[bool, typer.Option("--json", help="Results as JSON, an object a line.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]

_REFUSED = (CannotRun, BadSecurity, BrokerRefused, TopicRefused, UnsafeServer)
_AWAY = (
    *(OSError, asyncpg.PostgresError, *DRIVER_LOST, KafkaError, TimeoutError, LogFailure),
    *(RelayBusy, Busy, NotReady, TopicMissing, TooFewBrokers),
)


def command(work: Callable[..., None]) -> Callable[..., None]:
    """A command that ends with a plain line and the right status when it cannot be done."""

    @wraps(work)
    def told(*args: Any, **options: Any) -> None:
        try:
            work(*args, **options)
        except _REFUSED as refusal:
            fail(str(refusal), WRONG)
        except _AWAY as error:
            fail(f"{type(error).__name__}: {error}", UNREACHABLE)
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None

    return told


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


def fail(text: str, status: int) -> NoReturn:
    typer.echo(text, err=True)
    raise typer.Exit(status)


def confirm(what: str, *, yes: bool) -> None:
    """Asks before what cannot be taken back; without a terminal only ``--yes`` is an answer."""
    if yes:
        return
    if not sys.stdin.isatty():
        fail(f"{what}\nnot confirmed: say --yes", UNCONFIRMED)
    if not typer.confirm(f"{what}\nGo on?", err=True):
        fail("not confirmed, nothing was done", UNCONFIRMED)


def say(text: str, facts: dict[str, Any], *, as_json: bool) -> None:
    """One result."""
    typer.echo(line(facts) if as_json else text)


def line(facts: Any) -> str:
    return msgspec.json.encode(facts).decode()


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    shown = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        shown.add_row(*("" if cell is None else str(cell) for cell in row))
    # Piped, a table is as wide as it has to be: what reads it cuts it.
    console = Console(markup=False, highlight=False)
    Console(markup=False, highlight=False, width=console.width if console.is_terminal else 10_000).print(shown)


class Bar:
    """How far a long command is, on a terminal only."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task

    def advance(self, count: int = 1) -> None:
        self._progress.advance(self._task, count)

    def reach(self, done: int, total: int | None = None) -> None:
        self._progress.update(self._task, completed=done, total=total)


@contextmanager
def bar(what: str, total: int | None) -> Iterator[Bar]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield Bar(progress, progress.add_task(what, total=total))
