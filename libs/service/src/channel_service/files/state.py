"""What happened to a partner's files, and how they stand: by hash, what each is, whether it is here, and whether anything names it."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TypeAlias

from channel_events.pure import event
from msgspec import Struct
from msgspec.structs import replace

LEAST_COUNTED = 65_536
"""Bytes that a smaller file counts for: thousands of tiny ones fill the stream, if not the disk."""


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


class File(Struct, frozen=True):
    """Without a ``copy_id`` it is not here: it was only named, or is gone. ``names``: how often it was named."""

    copy_id: str | None = None
    size: int = 0
    media_type: str = ""
    kept_on: date | None = None
    names: int = 0

    @property
    def named(self) -> bool:
        return self.names > 0

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

    def names(self, sha256: str) -> int:
        """How often the file was named."""
        return _file(self, sha256).names

    def come_to(self, *, loose: bool = False) -> int:
        return sum(one.counts for one in self.by_hash.values() if not (loose and one.named))


def loose_until(file: File, days: int) -> date:
    """The day from which on it may be removed, as long as nothing names it."""
    return (file.kept_on or date.min) + timedelta(days=days)


def evolve(files: Files, event: FileEvent) -> Files:
    match event:
        case FileKept() as e:
            file = replace(_file(files, e.sha256), copy_id=e.copy_id, size=e.size, media_type=e.media_type, kept_on=e.occurred_on)
            return Files({**files.by_hash, e.sha256: file})
        case FilesNamed() as e:
            return Files({**files.by_hash, **{one: replace(file := _file(files, one), names=file.names + 1) for one in e.files}})
        case FileRemoved() as e:
            rest = {one: file for one, file in files.by_hash.items() if one != e.sha256}
            return Files({**rest, e.sha256: File(names=names)} if (names := files.names(e.sha256)) else rest)


def _file(files: Files, sha256: str) -> File:
    return files.by_hash.get(sha256, File())
