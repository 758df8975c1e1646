"""Streams documents into an import door as NDJSON and reads what became of each row."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import httpx
import msgspec

from qudao_local.demo.play.doors import Doors, Refused, Unreachable
from qudao_local.demo.play.progress import Stage

_PIECE = 64 * 1024
"""Bytes handed to the connection at once."""
_ENCODER = msgspec.json.Encoder()
_PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds before each further try of an import that broke off; a service that crashed is started again within a few."""


class Door(NamedTuple):
    """An import of a service."""

    service: str
    path: str


PARTNERS = Door("partner-registry", "/v1/imports/partners")
PRODUCTS = Door("orders-inventory", "/v1/imports/products")
ORDERS = Door("orders-inventory", "/v1/imports/orders")
INCENTIVES = Door("incentives", "/v1/imports/incentives")


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """What a service said no to, and why; ``detail`` in words."""

    problem: str
    id: str | None
    facts: dict[str, Any]
    detail: str = ""

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.id or 'a row'}: {self.problem}" + (f" ({facts})" if facts else "") + (f": {self.detail}" if self.detail else "")


@dataclass(slots=True)
class ImportResult:
    """Counts of the summary, and the refused rows by their number in the stream, from 1."""

    accepted: int = 0
    repeated: int = 0
    refused: dict[int, RefusedRow] = field(default_factory=dict)
    stopped: str | None = None
    """Why the import ended before its end; what was sent may be sent again."""


async def send_whole(
    doors: Doors, documents: Callable[[], Iterable[Any]], stage: Stage, *, to: Door = ORDERS, dry_run: bool = False
) -> ImportResult:
    """An import, from the beginning again when it broke off: what is there is only counted then. Raises `Refused`, `Unreachable`."""
    for pause in (*_PAUSES, None):
        stage.restart()
        try:
            result = await send_documents(doors, documents(), to=to, dry_run=dry_run, sent=stage.advance)
            if result.stopped is None:
                return result
            failure = Unreachable(f"the import stopped: {result.stopped}")
        except Unreachable as unreachable:
            failure = unreachable
        if pause is None:
            raise failure
        await asyncio.sleep(pause)
    raise AssertionError("the last round returns or raises")


async def send_documents(
    doors: Doors,
    documents: Iterable[Any],
    *,
    to: Door = ORDERS,
    dry_run: bool = False,
    sent: Callable[[int], None] = lambda _: None,
) -> ImportResult:
    """One import. ``sent`` is told how many documents went out, as they do; the service holds us back when it is slower.

    Raises `Refused` when the whole import is, `Unreachable` when the connection broke.
    """
    client, call = doors.client(to.service), f"POST {to.service}{to.path}"
    result, summary = ImportResult(), None
    try:
        async with client.stream(
            "POST",
            to.path,
            params={"dry_run": str(dry_run).lower()},
            content=_pieces(documents, sent),
            headers={"content-type": "application/x-ndjson", **doors.caller},
            # It lasts as long as the import does; a service that is gone closes the connection.
            timeout=httpx.Timeout(None, connect=10),
        ) as answer:
            if not answer.is_success:
                raise Refused(call, answer.status_code, "import", (await answer.aread()).decode(errors="replace")[:500])
            async for line in answer.aiter_lines():
                told = msgspec.json.decode(line) if line else {}
                if told.get("result") == "refused":
                    said = RefusedRow(told["problem"], told.get("id"), told.get("facts") or {}, told.get("detail") or "")
                    result.refused[told["row"]] = said
                summary = told.get("summary", summary)
    except httpx.TransportError as broken:
        raise Unreachable(f"{call}: {type(broken).__name__}: {broken}") from broken
    if summary is None:
        raise Unreachable(f"{call}: ended without its summary")
    result.accepted, result.repeated, result.stopped = summary["accepted"], summary["repeated"], summary.get("stopped")
    return result


async def _pieces(documents: Iterable[Any], sent: Callable[[int], None]) -> AsyncIterator[bytes]:
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
