"""How far it is: a bar on a terminal, a plain line now and then elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

_EVERY = 5.0
"""Seconds between two plain lines of one stage."""


class Stage:
    """A part of the work with a known number of steps."""

    def __init__(self, reporter: "Reporter", title: str, total: int, task: TaskID | None) -> None:
        self._reporter = reporter
        self._title = title
        self._total = total
        self._task = task
        self._began = self._told = time.monotonic()
        self.done = 0

    def advance(self, steps: int = 1) -> None:
        self.done += steps
        self._total = max(self._total, self.done)  # it may be an estimate
        if self._task is not None and self._reporter.bars:
            self._reporter.bars.update(self._task, advance=steps, total=self._total)
        elif time.monotonic() - self._told > _EVERY:
            self._told = time.monotonic()
            self._reporter.say(f"  {self._title}: {self.done:,} of {self._total:,}")

    def restart(self) -> None:
        """From nothing again."""
        self.done = 0
        if self._task is not None and self._reporter.bars:
            self._reporter.bars.reset(self._task)

    def finish(self, said: str) -> None:
        took = time.monotonic() - self._began
        if self._task is not None and self._reporter.bars:
            self._reporter.bars.remove_task(self._task)
        self._reporter.say(f"  {self._title}: {said} in {took:.1f} s")


class Reporter:
    """Writes to a console; bars only when it is a terminal."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.bars: Progress | None = None

    def say(self, text: str = "") -> None:
        (self.bars.console if self.bars else self.console).print(text, highlight=False, markup=False, soft_wrap=True)

    @contextmanager
    def drawing(self) -> Iterator[None]:
        """Bars are drawn while inside."""
        if not self.console.is_terminal:
            yield
            return
        columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self.console, transient=True) as self.bars:
            yield
        self.bars = None

    def stage(self, title: str, total: int) -> Stage:
        return Stage(self, title, total, self.bars.add_task(title, total=total) if self.bars else None)
