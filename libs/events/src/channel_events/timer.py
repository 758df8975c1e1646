"""Timers: what comes due becomes commands of this service."""

from collections.abc import Callable
from datetime import datetime

import msgspec

from channel_events.pure import Actor, CommandKey, UseCase
from channel_events.view import Table, View


class Due(msgspec.Struct, frozen=True):
    """``key`` is due at ``at``: one instant, which acts once."""

    key: str
    at: datetime


class DueIn:
    """Where it is written what is due when: rows of a view's table, each with its time in the column ``at``, null when nothing is.

    A view that takes the time away when it is over keeps each look short. Its first table, unless another is given.
    """

    def __init__(self, view: View, *, at: str, table: Table | None = None) -> None:
        self.view, self.at, self.table = view, at, table or view.tables[0]
        if view.history or len(self.table.key) != 1:
            raise ValueError(f"{self.table.name} tells no instants: it needs a key of one column, and no history")
        if not any(index[0] == at for index in self.table.indexes):
            raise ValueError(f"{self.table.name} needs an index that begins with {at}: it is looked at whenever the log grows")

    @property
    def key(self) -> str:
        """The column of the instants' keys."""
        return self.table.key[0]


class Timer:
    """Gives ``commands(due)`` when a row of ``due`` comes due: each instant once, late rather than never.

    ``commands`` is pure, as a reaction's: all that it yields is one write, or nothing. The command key is the instant, (timer, key,
    time), and it is decided in the log, so it acts once whatever is killed and however many workers run; a refusal is kept with its
    code in place of it. The same key at another time is another instant.
    """

    def __init__(self, name: str, *, due: DueIn, commands: Callable[[Due], UseCase]) -> None:
        self.name, self.due, self.commands = name, due, commands

    def actor(self, due: Due) -> Actor:
        """Who acts on this instant."""
        return Actor(f"timer/{self.name}", reason=f"due {due.at.isoformat()}")

    def key(self, instant: str) -> CommandKey:
        """The same for ever, whatever the commands are. ``instant`` is the one's name as the database writes it."""
        return CommandKey(instant, b"")
