"""A partner's files, as its log tells them: which are kept here, what they are, and whether anything names them.

All of one partner are one stream. So what a claim names is kept in the write that names it, whoever tidies up at that moment, and what
they come to together is never more than there is room for (docs/decisions/0059). Their bytes are no part of it: see `storing`.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TypeAlias

from channel_events.pure import Decider, Known, Rejected, tell
from msgspec import Struct

from channel_service.files.state import LEAST_COUNTED, File, FileEvent, FileKept, FileRemoved, Files, FilesNamed, evolve, loose_until

STORED_DAYS = 1
"""A copy that was stored longer ago is not told of any more: strays are looked for, and dropped, after `tending.STRAY_DAYS`."""


class Room(Struct, frozen=True):
    """Bytes that one partner's files may come to: those that nothing names, and all of them."""

    loose: int
    kept: int


class KeepFile(Struct, frozen=True, kw_only=True):
    """Its bytes were stored as ``copy_id`` on the day ``stored_on``; ``instead_of`` is the copy that was found damaged, if one was."""

    partner_id: str
    sha256: str
    size: int
    media_type: str
    copy_id: str
    stored_on: date
    room: Room
    by: str
    instead_of: str | None = None


class AskKept(Struct, frozen=True, kw_only=True):
    """Nothing happens: it is decided whether this copy is still the one that is kept."""

    sha256: str
    copy_id: str


class NameFiles(Struct, frozen=True, kw_only=True):
    """All of them have to be kept, but where it is only brought in."""

    partner_id: str
    files: tuple[str, ...]
    named_by: str


class RemoveLoose(Struct, frozen=True, kw_only=True):
    """If nothing has named it for ``days`` days."""

    partner_id: str
    sha256: str
    copy_id: str
    days: int


class EraseFile(Struct, frozen=True, kw_only=True):
    """Its bytes go, its hash stays. ``though_named``: whatever rests on it."""

    partner_id: str
    sha256: str
    reason: str
    by: str
    though_named: bool = False


FileCommand: TypeAlias = KeepFile | AskKept | NameFiles | RemoveLoose | EraseFile


def decide(command: FileCommand, files: Files, known: Known) -> Iterator[FileEvent]:
    match command:
        case KeepFile() as c:
            yield from _keep(c, files, known)
        case AskKept() as c:
            if (file := files.kept(c.sha256)) is None or file.copy_id != c.copy_id:
                raise Rejected("unavailable")
        case NameFiles() as c:
            missing = [one for one in c.files if files.kept(one) is None]
            if missing and not known.imported:
                raise Rejected("file_not_kept", partner_id=c.partner_id, files=", ".join(missing))
            yield tell(FilesNamed, c, files=tuple(dict.fromkeys(c.files)), occurred_on=known.today)
        case RemoveLoose() | EraseFile() as c:
            yield from _remove(c, files, known)


def _remove(c: RemoveLoose | EraseFile, files: Files, known: Known) -> Iterator[FileEvent]:
    file = files.kept(c.sha256)
    if isinstance(c, RemoveLoose):
        if file is not None and file.copy_id == c.copy_id and not file.named and loose_until(file, c.days) <= known.today:
            yield tell(FileRemoved, c, reason=f"named by nothing for {c.days} days", by="", occurred_on=known.today)
        return
    if file is None:
        raise Rejected("file_unknown", partner_id=c.partner_id, sha256=c.sha256)
    if file.named and not c.though_named:
        raise Rejected("file_named", sha256=c.sha256)
    yield tell(FileRemoved, c, copy_id=file.copy_id, occurred_on=known.today)


def _keep(c: KeepFile, files: Files, known: Known) -> Iterator[FileEvent]:
    file = files.by_hash.get(c.sha256, File())
    if file.copy_id != c.instead_of:
        return
    if known.today - c.stored_on > timedelta(days=STORED_DAYS):
        raise Rejected("unavailable")
    more = max(c.size, LEAST_COUNTED) - file.counts
    if more and not file.named and files.come_to(loose=True) + more > c.room.loose:
        raise Rejected("loose_files_full", partner_id=c.partner_id, limit=c.room.loose)
    if more and files.come_to() + more > c.room.kept:
        raise Rejected("files_full", partner_id=c.partner_id, limit=c.room.kept)
    yield tell(FileKept, c, occurred_on=known.today)


KEPT_FILES: Decider[FileCommand, Files, FileEvent] = Decider(
    "kept_files", initial=Files(), decide=decide, evolve=evolve, events=[FileKept, FilesNamed, FileRemoved], state=Files
)
"""Its streams are named by the partners' ids."""
