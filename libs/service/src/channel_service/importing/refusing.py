"""Rows that are refused before anything is decided."""

from typing import Any

from channel_service.importing.reasons import reason
from channel_service.importing.rows import Refused


def invalid(number: int, error: Exception, id_: str | None = None) -> Refused:
    """A row that is no document of its kind, by what msgspec says of it."""
    why = reason(str(error))
    return Refused(number, "row_invalid", {"reason": why.en, "reason_zh": why.zh}, id_, why.field)


def unreadable(number: int, code: str, error: Exception, **facts: Any) -> Refused:
    """A row that cannot even be read."""
    return Refused(number, code, {"reason": _said(error), **facts})


def _said(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.object[error.start]:#04x} at {error.start} is not UTF-8; save the file as UTF-8"
    return str(error)
