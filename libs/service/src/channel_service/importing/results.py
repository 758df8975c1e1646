"""What an import answers: a line per row that was not simply accepted, progress now and then, a summary at the end."""

from collections import Counter
from typing import Any, Literal, TypeAlias

from msgspec import UNSET, Struct, UnsetType, field


class RowResult(Struct, frozen=True, kw_only=True):
    """``repeated``: it was here already, the same. ``changed``: it was here and says something else now.

    ``warned``: it was taken, and is worth a look. ``refused``: it was not. Of both ``problem`` is the stable code, ``detail`` the text for
    people, and ``facts`` say why; ``field`` is the one to blame, if any.
    """

    row: int
    result: Literal["repeated", "changed", "warned", "refused"]
    id: str | None = None
    problem: str | UnsetType = UNSET
    field: str | UnsetType | None = UNSET
    detail: str | UnsetType = UNSET
    facts: dict[str, Any] | UnsetType = UNSET


class Tally(Struct):
    """``rows`` of the file; of its documents how many were accepted (``changed``: those that replaced something; ``warned``: those that are
    worth a look), repeated, refused; ``lines`` of accepted orders.

    ``by_problem`` counts the refused. ``stopped`` is the code of the failure that ended the import before the file's end:
    repeat it then, what is done stays done. ``unlisted`` rows are counted here and have no line of their own: the client did
    not read.
    """

    rows: int = 0
    accepted: int = 0
    changed: int = 0
    warned: int = 0
    repeated: int = 0
    refused: int = 0
    lines: int = 0
    by_problem: Counter[str] = field(default_factory=Counter)
    stopped: str | None = None
    unlisted: int = 0

    @property
    def documents(self) -> int:
        return self.accepted + self.repeated + self.refused


class SoFar(Struct, frozen=True):
    progress: Tally


class Summary(Struct, frozen=True):
    """``dry_run``: nothing was written, this is what would have been."""

    summary: Tally
    dry_run: bool


Result: TypeAlias = RowResult | SoFar | Summary
