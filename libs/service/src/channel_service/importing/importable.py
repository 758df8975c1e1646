"""What can be imported: a model of the row, and the commands it makes."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from hashlib import sha256
from typing import Annotated, Any, Generic, TypeAlias, TypeVar

import msgspec
from channel_events import CommandKey, Decider, Deciding, On, Recorded, Rejected
from msgspec import UNSET, Meta, Struct, UnsetType
from sqlalchemy.ext.asyncio import AsyncConnection

from channel_service.importing.columns import Columns

# PostgreSQL has no NUL in its texts; names that a decider checks by itself need no rule here.
_STORABLE = "^[^\\x00]+$"
Name: TypeAlias = Annotated[str, Meta(min_length=1, max_length=500, pattern=_STORABLE)]
Code: TypeAlias = Annotated[
    str, Meta(min_length=1, max_length=100, pattern=r"^[^\s/;,\x00-\x1f\x7f](?:[^/;,\x00-\x1f\x7f]*[^\s/;,\x00-\x1f\x7f])?\Z")
]
"""An identifier, by the rule of `channel_service.Code`."""
Reference: TypeAlias = Annotated[str, Meta(min_length=1, max_length=200, pattern=_STORABLE)]

OWNER = "qudao/import"
"""Of the keys of rows: a file that a second person imports adds nothing either."""

_ENCODE = msgspec.json.Encoder().encode


class ImportRow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """The base of all models of rows; each names its kind as ``tag``. A field that the kind does not have refuses the row.

    ``key`` is the sender's own for the row: a row that comes again with it counts once, whatever happened since.
    """

    key: Reference | UnsetType = UNSET


def never(_: Recorded) -> bool:
    """For what never changes: its decider refuses other facts."""
    return False


def not_first(event: Recorded) -> bool:
    """For what has a stream of its own."""
    return event.version > 1


class Known(Struct, frozen=True):
    """What a row's commands may need to know besides the row: the business date, and what was ``found`` for it."""

    today: date
    found: Any = None


R = TypeVar("R", bound=ImportRow)


class Importable(Generic[R]):
    """A kind of row.

    ``key`` names the fields by which a row is known again, so that a second import adds nothing; one with the same key and
    other content is refused as ``import_conflict``. A kind that is known again by its decider has ``changed`` instead of a key
    in the log: told the first event of a row, it says whether that replaced something that was there (`never`, `not_first`).
    ``commands`` is pure; all of a row's commands are one write. ``id`` is what results call the row. ``example`` is shown in
    the API's description.

    ``looks(connection, rows)`` reads views once for many rows. ``state(row)`` names the stream whose state, with all earlier
    rows of the same id written, the commands are worked out on. ``found`` is what either gives. ``already(log, row, refusal)``
    tells whether a refusal only says that the row is here. ``counts`` names the list whose length the summary sums up as ``lines``.
    """

    def __init__(
        self,
        row: type[R],
        *,
        key: Sequence[str],
        commands: Callable[[R, Known], Iterable[On]],
        example: R,
        id: Callable[[Any], str] | None = None,  # noqa: A002 - what the results call it
        changed: Callable[[Recorded], bool] | None = None,
        looks: Callable[[AsyncConnection, Sequence[R]], Awaitable[Any]] | None = None,
        state: Callable[[R], tuple[Decider[Any, Any, Any], str]] | None = None,
        already: Callable[[Deciding, R, Rejected], Awaitable[bool]] | None = None,
        counts: str | None = None,
    ) -> None:
        self.row, self.kind = row, str(row.__struct_config__.tag)
        self.key = tuple(key)
        self.commands, self.example, self.changed = commands, example, changed
        self.id = id or self._joined
        self.looks, self.state, self.already, self.counts = looks, state, already, counts

    @cached_property
    def columns(self) -> Columns:
        return Columns.of(self.row)

    def command_key(self, row: R) -> CommandKey | None:
        """The row's own key, else its kind and names, with the hash of all it says; formatting and order of fields do not count."""
        if row.key is not UNSET:
            names: tuple[str, ...] = ("key", row.key)
        elif self.changed is not None:
            return None
        else:
            names = tuple(str(value) for name in self.key if (value := getattr(row, name)) is not None)
        return CommandKey("/".join(("import", self.kind, *names)), sha256(_ENCODE(row)).digest(), OWNER)

    def _joined(self, row: Any) -> str:
        return "/".join(str(value) for name in self.key if (value := getattr(row, name)) is not None)


class ImportSet:
    """The kinds of rows that one route takes; rows that name no kind are of the kind ``default``, when there is one."""

    def __init__(self, name: str, *kinds: Importable[Any], default: Importable[Any] | None = None, summary: str) -> None:
        self.name, self.summary = name, summary
        self.kinds: Mapping[str, Importable[Any]] = {one.kind: one for one in kinds}
        self.by_row: Mapping[type[ImportRow], Importable[Any]] = {one.row: one for one in kinds}
        self.default = default
