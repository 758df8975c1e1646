"""Commands on their way to the committer: bounded, in order, without those whose callers have gone."""

from collections import deque
from collections.abc import Callable, Sequence

from channel_events.log.batch import Waiting
from channel_events.log.errors import LogBusy
from channel_events.log.outcome import Appended

MAX_WAITING = 50_000
"""Targets of all commands that wait for an answer: some seconds of work. Whoever comes then is told to come again."""
MAX_TARGETS = 4_000
"""Of one batch: deciding it holds the event loop for some tens of milliseconds, and its statement stays far below its timeout."""

UNKNOWN = 8
"""Targets that a use case is taken for before it has told them."""


class Queue:
    """What waits to be decided; ``waiting`` counts all targets that are not answered yet, wherever they are. ``refused`` is called
    for each command that finds no place."""

    def __init__(self, refused: Callable[[], None]) -> None:
        self._commands: deque[Waiting] = deque()
        self._refused = refused
        self.waiting = 0

    def __bool__(self) -> bool:
        return bool(self._commands)

    async def answer(self, waiting: Waiting) -> Appended:
        """Queues a command and waits for its answer; `LogBusy` when too many wait. Cancelled before it is taken it is not done."""
        weight = len(waiting.streams) or UNKNOWN
        if self.waiting and self.waiting + weight > MAX_WAITING:
            self._refused()
            raise LogBusy("too many commands wait")
        if len(self._commands) >= MAX_WAITING:
            self._commands = deque(one for one in self._commands if not one.answer.done())
        self._commands.append(waiting)
        self.waiting += weight
        try:
            return await waiting.answer
        finally:
            self.waiting -= weight

    def take(self) -> list[Waiting]:
        """The next batch."""
        commands: list[Waiting] = []
        targets = 0
        while self._commands and targets < MAX_TARGETS:
            waiting = self._commands.popleft()
            if not waiting.answer.done():
                commands.append(waiting)
                targets += len(waiting.streams) or UNKNOWN
        return commands

    def put_back(self, commands: Sequence[Waiting]) -> None:
        """Before all others: they came first."""
        self._commands.extendleft(reversed(commands))
