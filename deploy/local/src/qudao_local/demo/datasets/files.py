"""Reads the export's files: delimited text, plain or compressed, in any encoding."""

import csv
import gzip
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from qudao_local.demo.datasets.report import DataError, Report
from qudao_local.demo.datasets.sections import File

if TYPE_CHECKING:
    from _csv import Reader

Cells = list[str]


class Source:
    """One or several files of the export with the same columns: their columns, and their rows as often as they are asked for."""

    def __init__(self, folder: Path, description: File) -> None:
        self.name = ", ".join(description.path)
        first, *more = [_File(folder, path, description) for path in _matching(folder, description.path)]
        self._files = [first, *more]
        self.columns = first.columns
        for other in more:
            if sorted(other.columns) != sorted(first.columns):
                raise DataError(f"{other.name}: has other columns than {first.name}: {', '.join(other.columns)}")

    def rows(self, report: Report) -> Iterator[tuple[str, int, Cells]]:
        """The file, the line number and the trimmed cells of each whole row; the others go to ``report``."""
        for file in self._files:
            order = [file.columns.index(column) for column in self.columns]
            same = order == sorted(order)
            for line, cells in file.rows(report):
                yield file.name, line, cells if same else [cells[position] for position in order]


def _matching(folder: Path, paths: list[str]) -> list[str]:
    """The files, each once, by their names; one that is named without a pattern must be there."""
    found: list[str] = []
    for path in paths:
        if not any(sign in path for sign in "*?["):
            found.append(path)
            continue
        matching = sorted(str(one.relative_to(folder)) for one in folder.glob(path) if one.is_file())
        if not matching:
            raise DataError(f"{folder / path}: no file matches")
        found += matching
    return sorted(dict.fromkeys(found)) if len(found) > 1 else found


class _File:
    """One file: its columns, and its rows as often as they are asked for."""

    def __init__(self, folder: Path, path: str, description: File) -> None:
        self.name = path
        self._path = folder / path
        self._description = description
        self.columns = description.header or self._header()

    def rows(self, report: Report) -> Iterator[tuple[int, Cells]]:
        """The line number and the trimmed cells of each whole row; the others go to ``report``. Empty lines are passed over."""
        with self._open() as text:
            reader = self._reader(text)
            if self._description.header is None:
                next(reader, None)
            while True:
                first = reader.line_num + 1
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as broken:
                    report.reject(self.name, first, str(broken))
                    continue
                except (OSError, EOFError, zipfile.BadZipFile) as broken:
                    raise DataError(f"{self._path}: breaks off after line {reader.line_num}: {broken}") from broken
                if not cells:
                    continue
                if reason := self._wrong(cells):
                    report.reject(self.name, first, reason)
                else:
                    yield first, [cell.strip() for cell in cells]

    def _wrong(self, cells: Cells) -> str | None:
        if len(cells) != len(self.columns):
            return f"has {len(cells)} cells where the header has {len(self.columns)}"
        whole = "".join(cells)
        if not whole.isascii() and any("\udc80" <= sign <= "\udcff" for sign in whole):
            return f"has bytes that are not {self._description.encoding}"
        return "has a NUL byte" if "\0" in whole else None

    def _header(self) -> list[str]:
        try:
            with self._open() as text:
                columns = [column.strip() for column in next(self._reader(text), [])]
        except (csv.Error, OSError, EOFError, zipfile.BadZipFile) as broken:
            raise DataError(f"{self._path}: cannot be read: {broken}") from broken
        if not columns:
            raise DataError(f"{self._path}: is empty")
        return columns

    def _reader(self, text: IO[str]) -> "Reader":
        return csv.reader(text, delimiter=self._description.delimiter, quotechar=self._description.quote)

    def _open(self) -> IO[str]:
        try:
            binary = self._binary()
        except (OSError, KeyError, zipfile.BadZipFile) as missing:
            raise DataError(f"{self._path}: cannot be opened: {missing}") from missing
        # Bytes of another encoding become surrogates, which make their row bad and not the whole file.
        return io.TextIOWrapper(binary, self._description.encoding, errors="surrogateescape", newline="")

    def _binary(self) -> IO[bytes]:
        match self._description.compression or {".gz": "gzip", ".zip": "zip"}.get(self._path.suffix, "none"):
            case "gzip":
                return cast("IO[bytes]", gzip.open(self._path))
            case "zip":
                archive = zipfile.ZipFile(self._path)
                member = self._description.member
                if member is None:
                    names = archive.namelist()
                    if len(names) != 1:
                        raise DataError(f"{self._path}: holds {len(names)} files, name one by `member`: {', '.join(names[:10])}")
                    member = names[0]
                return archive.open(member)
            case _:
                return self._path.open("rb")
