"""Streams documents into the import door as NDJSON and reads what became of each row."""

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec

from qudao_local.demo.documents import Document
from qudao_local.demo.play.doors import Doors, Refused, Unreachable

PATH = "/v1/imports/orders"
_PIECE = 64 * 1024
"""Bytes handed to the connection at once."""
_ENCODER = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class RefusedRow:
    problem: str
    id: str | None
    facts: dict[str, Any]

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.id or 'a row'}: {self.problem}" + (f" ({facts})" if facts else "")


@dataclass(slots=True)
class ImportResult:
    """Counts of the summary, and the refused rows by their number in the stream, from 1."""

    accepted: int = 0
    repeated: int = 0
    refused: dict[int, RefusedRow] = field(default_factory=dict)
    stopped: str | None = None
    """Why the import ended before its end; what was sent may be sent again."""


async def send_documents(
    doors: Doors, documents: Iterable[Document], *, dry_run: bool = False, sent: Callable[[int], None] = lambda _: None
) -> ImportResult:
    """One import. ``sent`` is told how many documents went out, as they do; the service holds us back when it is slower.

    Raises `Refused` when the whole import is, `Unreachable` when the connection broke.
    """
    client = doors.client("orders-inventory")
    result, summary = ImportResult(), None
    try:
        async with client.stream(
            "POST",
            PATH,
            params={"dry_run": str(dry_run).lower()},
            content=_pieces(documents, sent),
            headers={"content-type": "application/x-ndjson"},
            # It lasts as long as the import does; a service that is gone closes the connection.
            timeout=httpx.Timeout(None, connect=10),
        ) as answer:
            if not answer.is_success:
                raise Refused(f"POST {PATH}", answer.status_code, "import", (await answer.aread()).decode(errors="replace")[:500])
            async for line in answer.aiter_lines():
                told = msgspec.json.decode(line) if line else {}
                if told.get("result") == "refused":
                    result.refused[told["row"]] = RefusedRow(told["problem"], told.get("id"), told.get("facts") or {})
                summary = told.get("summary", summary)
    except httpx.TransportError as broken:
        raise Unreachable(f"POST {PATH}: {type(broken).__name__}: {broken}") from broken
    if summary is None:
        raise Unreachable(f"POST {PATH}: ended without its summary")
    result.accepted, result.repeated, result.stopped = summary["accepted"], summary["repeated"], summary.get("stopped")
    return result


async def _pieces(documents: Iterable[Document], sent: Callable[[int], None]) -> AsyncIterator[bytes]:
    piece, count = bytearray(), 0
    for document in documents:
        piece += _ENCODER.encode(document)
        piece += b"\n"
        count += 1
        if len(piece) >= _PIECE:
            yield bytes(piece)
            sent(count)
            piece.clear()
            count = 0
    if piece:
        yield bytes(piece)
        sent(count)
