"""Rows that are refused before anything is decided."""

from typing import Any

from channel_service.importing.reasons import reason
from channel_service.importing.rows import Refused
from channel_service.problems.words import Words


def invalid(number: int, error: Exception, id_: str | None = None) -> Refused:
    """A row that is no document of its kind, by what msgspec says of it."""
    why = reason(str(error))
    return Refused(number, "row_invalid", {"reason": why.words}, id_, why.field)


def unreadable(number: int, code: str, error: Exception, **facts: Any) -> Refused:
    """A row that cannot even be read."""
    return Refused(number, code, {"reason": _said(error), **facts})


def refused(number: int, code: str, en: str, zh: str) -> Refused:
    return Refused(number, code, {"reason": Words(en, zh)})


def _said(error: Exception) -> Words:
    if isinstance(error, UnicodeDecodeError):
        byte = f"{error.object[error.start]:#04x}"
        return Words(
            f"byte {byte} at {error.start} is not UTF-8; save the file as UTF-8",
            f"第 {error.start} 字节 {byte} 不是 UTF-8；请将文件另存为 UTF-8",
        )
    return Words(str(error), str(error))
