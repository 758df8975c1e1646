"""What an import answers: a line per row that was not simply accepted, progress now and then, a summary at the end."""

from collections import Counter
from typing import Any, Literal, TypeAlias

from msgspec import UNSET, Struct, UnsetType, field


class RowResult(Struct, frozen=True, kw_only=True):
    """``repeated``: it was here already, the same. ``refused``: ``problem`` is the stable code, ``facts`` say why."""

    row: int
    result: Literal["repeated", "refused"]
    id: str | None = None
    problem: str | UnsetType = UNSET
    facts: dict[str, Any] | UnsetType = UNSET


class Tally(Struct):
    """``rows`` of the file; of its documents how many were accepted, repeated, refused; ``lines`` of accepted orders.

    ``by_problem`` counts the refused. ``stopped`` is the code of the failure that ended the import before the file's end:
    repeat it then, what is done stays done. ``unlisted`` rows are counted here and have no line of their own: the client did
    not read.
    """

    rows: int = 0
    accepted: int = 0
    repeated: int = 0
    refused: int = 0
    lines: int = 0
    by_problem: Counter[str] = field(default_factory=Counter)
    stopped: str | None = None
    unlisted: int = 0

    @property
    def documents(self) -> int:
        return self.accepted + self.repeated + self.refused


class Progress(Struct, frozen=True):
    progress: Tally


class Summary(Struct, frozen=True):
    """``dry_run``: nothing was written, this is what would have been."""

    summary: Tally
    dry_run: bool


Result: TypeAlias = RowResult | Progress | Summary
