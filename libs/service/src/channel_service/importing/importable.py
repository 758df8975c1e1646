"""What can be imported: a command by the name of its kind, and how one that comes again is known."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from hashlib import sha256
from typing import Any, Generic, TypeVar

import msgspec
from channel_events import CommandKey, Recorded, UseCase
from channel_events.pure import key_of
from channel_terms import as_part

from channel_service.commands import Form
from channel_service.importing.columns import Columns

OWNER = "qudao/import"
"""Of the keys of rows: a file that a second person imports adds nothing either."""

_ENCODE = msgspec.json.Encoder().encode


def never(_: Recorded) -> bool:
    """For what never changes: its decider refuses other facts."""
    return False


def not_first(event: Recorded) -> bool:
    """For what has a stream of its own."""
    return event.version > 1


C = TypeVar("C", bound=msgspec.Struct)


class Importable(Generic[C]):
    """A kind of row: a command, whose fields are the row's, and the row's own ``key`` beside it.

    ``key`` names the fields by which a row is known again, so that a second import adds nothing; one with the same key and
    other content is refused as ``import_conflict``. A kind that is known again by its decider has ``changed`` instead of a key
    in the log: told the first event of a row, it says whether that replaced something that was there (`never`, `not_first`).
    ``use(command)`` tells which commands go to which streams, all of them one write; without it the command goes to its own.
    ``required`` are fields that a file has to tell though the command can do without, ``key_or`` those without which a row needs a key.
    ``id`` is what results call the row. ``counts`` names the list whose length the summary sums up as ``lines``. ``example`` is shown in
    the API's description.
    """

    def __init__(
        self,
        kind: str,
        command: type[C],
        *,
        key: Sequence[str],
        example: C,
        use: Callable[[C], UseCase] | None = None,
        required: Sequence[str] = (),
        key_or: Sequence[str] = (),
        id: Callable[[C], str] = key_of,  # noqa: A002 - what the results call it
        changed: Callable[[Recorded], bool] | None = None,
        counts: str | None = None,
    ) -> None:
        self.kind, self.command, self.example = kind, command, example
        self.use = use
        self.key, self.required, self.key_or, self.id, self.changed, self.counts = (
            tuple(key),
            tuple(required),
            tuple(key_or),
            id,
            changed,
            counts,
        )
        self.form = Form(command)

    @cached_property
    def columns(self) -> Columns:
        return Columns.of(self.command)

    def command_key(self, command: C, own: str | None) -> CommandKey | None:
        """The row's own key, else its kind and names, with the hash of all it says; formatting and order of fields do not count.

        ``own``: a row that comes again with it counts once, whatever happened since.
        """
        if own is not None:
            names: tuple[str, ...] = ("key", own)
        elif self.changed is not None:
            return None
        else:
            told = [str(value) for name in self.key if (value := getattr(command, name)) is not None]
            names = (*map(as_part, told[:-1]), *told[-1:])
        return CommandKey("/".join(("import", self.kind, *names)), sha256(_ENCODE(command)).digest(), OWNER)


class ImportSet:
    """The kinds of rows that one route takes; rows that name no kind are of the kind ``default``, when there is one."""

    def __init__(self, name: str, *kinds: Importable[Any], default: Importable[Any] | None = None, summary: str) -> None:
        self.name, self.summary = name, summary
        self.kinds: Mapping[str, Importable[Any]] = {one.kind: one for one in kinds}
        self.default = default

    def kind_of(self, command: Any) -> str:
        """The kind by which a command would be imported."""
        return next(name for name, kind in self.kinds.items() if kind.command is type(command))
