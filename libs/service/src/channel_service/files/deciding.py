"""A partner's files, as its log tells them: which are kept here, what they are, and whether anything names them.

All of one partner are one stream. So what a claim names is kept in the write that names it, whoever tidies up at that moment, and what
they come to together is never more than there is room for (docs/decisions/0059). Their bytes are no part of it: see `storing`.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import TypeAlias

from channel_events.pure import Decider, Known, Rejected, event, tell
from msgspec import Struct
from msgspec.structs import replace

LEAST_COUNTED = 65_536
"""Bytes that a smaller file counts for: thousands of tiny ones fill the stream, if not the disk."""
STORED_DAYS = 1
"""A copy that was stored longer ago is not told of any more: strays are looked for, and dropped, after `tending.STRAY_DAYS`."""


class _OfFile(Struct, frozen=True, kw_only=True):
    partner_id: str
    sha256: str
    by: str
    occurred_on: date


@event("file_kept")
class FileKept(_OfFile, frozen=True, kw_only=True):
    """The partner's file of this SHA-256 lies here, ``size`` bytes; ``copy_id`` names the row that holds them. One more of the same file
    tells that the copy before it was damaged."""

    size: int
    media_type: str
    copy_id: str


@event("files_named")
class FilesNamed(Struct, frozen=True, kw_only=True):
    """``named_by`` rests on these files: they stay as long as it does. Of what is brought in from elsewhere they need not be here."""

    partner_id: str
    files: tuple[str, ...]
    named_by: str
    occurred_on: date


@event("file_removed")
class FileRemoved(_OfFile, frozen=True, kw_only=True):
    """The bytes are gone: nothing named it for long, or somebody had it erased, for this ``reason``."""

    copy_id: str
    reason: str


FileEvent: TypeAlias = FileKept | FilesNamed | FileRemoved


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
    """Whatever names it: its hash stays, its bytes go."""

    partner_id: str
    sha256: str
    reason: str
    by: str


FileCommand: TypeAlias = KeepFile | AskKept | NameFiles | RemoveLoose | EraseFile


class File(Struct, frozen=True):
    """Without a ``copy_id`` it is not here: it was only named, or is gone."""

    copy_id: str | None = None
    size: int = 0
    media_type: str = ""
    kept_on: date | None = None
    named: bool = False

    @property
    def counts(self) -> int:
        return 0 if self.copy_id is None else max(self.size, LEAST_COUNTED)


class Files(Struct, frozen=True):
    """By their hashes."""

    by_hash: Mapping[str, File] = {}

    def kept(self, sha256: str) -> File | None:
        """The file, if it is here."""
        file = self.by_hash.get(sha256)
        return None if file is None or file.copy_id is None else file

    def come_to(self, *, loose: bool = False) -> int:
        return sum(one.counts for one in self.by_hash.values() if not (loose and one.named))


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
        case RemoveLoose() as c:
            file = files.kept(c.sha256)
            if file is None or file.copy_id != c.copy_id or file.named or loose_until(file, c.days) > known.today:
                return
            yield tell(FileRemoved, c, reason=f"named by nothing for {c.days} days", by="", occurred_on=known.today)
        case EraseFile() as c:
            if (file := files.kept(c.sha256)) is None:
                raise Rejected("file_unknown", partner_id=c.partner_id, sha256=c.sha256)
            yield tell(FileRemoved, c, copy_id=file.copy_id, occurred_on=known.today)


def _keep(c: KeepFile, files: Files, known: Known) -> Iterator[FileEvent]:
    file = files.by_hash.get(c.sha256, File())
    if file.copy_id != c.instead_of:
        return
    if known.today - c.stored_on > timedelta(days=STORED_DAYS):
        raise Rejected("unavailable")
    more = max(c.size, LEAST_COUNTED) - file.counts
    if not file.named and files.come_to(loose=True) + more > c.room.loose:
        raise Rejected("loose_files_full", partner_id=c.partner_id, limit=c.room.loose)
    if files.come_to() + more > c.room.kept:
        raise Rejected("files_full", partner_id=c.partner_id, limit=c.room.kept)
    yield tell(FileKept, c, occurred_on=known.today)


def loose_until(file: File, days: int) -> date:
    """The day from which on it may be removed, as long as nothing names it."""
    return (file.kept_on or date.min) + timedelta(days=days)


def evolve(files: Files, event: FileEvent) -> Files:
    match event:
        case FileKept() as e:
            file = replace(_file(files, e.sha256), copy_id=e.copy_id, size=e.size, media_type=e.media_type, kept_on=e.occurred_on)
            return Files({**files.by_hash, e.sha256: file})
        case FilesNamed() as e:
            return Files({**files.by_hash, **{one: replace(_file(files, one), named=True) for one in e.files}})
        case FileRemoved() as e:
            rest = {one: file for one, file in files.by_hash.items() if one != e.sha256}
            return Files({**rest, e.sha256: File(named=True)} if _file(files, e.sha256).named else rest)


def _file(files: Files, sha256: str) -> File:
    return files.by_hash.get(sha256, File())


KEPT_FILES: Decider[FileCommand, Files, FileEvent] = Decider(
    "kept_files", initial=Files(), decide=decide, evolve=evolve, events=[FileKept, FilesNamed, FileRemoved], state=Files
)
"""Its streams are named by the partners' ids."""
