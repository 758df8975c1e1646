"""An import: many documents in flight at once, so that the log writes them in few batches, decided in the file's order.

The log decides commands in the order they are handed to it, so each document sees the effect of all before it although
none is waited for.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Mapping
from datetime import date
from typing import Any, TypeAlias

from channel_events import Actor, Appended, Deciding, LogUnavailable, OutcomeUnknown, Rejected, StreamUnreadable
from channel_terms import check_days
from msgspec import Struct

from channel_service.importing.importable import Importable
from channel_service.importing.results import Result, RowResult, SoFar, Summary, Tally
from channel_service.importing.rows import Read, RefusedRow, Row, RowReader
from channel_service.look_alikes.deciding import LookAlikeFound, warning

IN_FLIGHT = 256
"""Documents handed to the log and not answered yet."""
PROGRESS_EVERY = 1_000
BREATH_SECONDS = 0.002
"""After so long others get their turn, whatever the rows come to: reading them waits for nothing by itself."""

Say: TypeAlias = Callable[[str, Mapping[str, Any]], tuple[str, dict[str, Any]]]
"""The text for people of a code and its facts, and the facts, in the language asked for."""


class _InFlight(Struct, frozen=True):
    number: int
    kind: Importable[Any]
    command: Any
    id: str
    task: asyncio.Task[Appended]


class Import:
    """One run over one file. Iterate `results`; leaving early writes nothing more than what is in flight."""

    def __init__(
        self,
        log: Deciding,
        by: Actor,
        *,
        today: Callable[[], date],
        say: Say,
        dry_run: bool = False,
        failed: Callable[[BaseException], object] = lambda _: None,
    ) -> None:
        """``failed`` is told of a failure of the log that ends the run."""
        self._log, self._by, self._today, self._say, self._dry_run, self._failed = log, by, today, say, dry_run, failed
        self._waiting: deque[_InFlight | RefusedRow] = deque()
        self._tally = Tally()

    async def results(self, reader: RowReader, pieces: AsyncIterable[bytes]) -> AsyncIterator[Result]:
        try:
            async for piece in pieces:
                async for result in self._take(reader.feed(piece)):
                    yield result
                self._tally.rows = reader.rows
                if self._tally.stopped:
                    break
            else:
                async for result in self._take(reader.end()):
                    yield result
            while self._waiting:
                for result in await self._settle():
                    yield result
        finally:
            await self._finish()
        self._tally.rows = reader.rows
        yield Summary(self._tally, self._dry_run)

    async def _take(self, reads: Iterable[Read | None]) -> AsyncIterator[Result]:
        breathed = time.perf_counter()
        for read in reads:
            if time.perf_counter() - breathed > BREATH_SECONDS:
                await asyncio.sleep(0)
                breathed = time.perf_counter()
            if read is None:
                continue
            while len(self._waiting) >= IN_FLIGHT or (self._waiting and self._is_settled(self._waiting[0])):
                for result in await self._settle():
                    yield result
            self._waiting.append(read if isinstance(read, RefusedRow) else self._begin(read))

    def _begin(self, row: Row) -> _InFlight | RefusedRow:
        kind, command = row.kind, row.command
        key = kind.command_key(command, row.key)
        try:
            id_ = kind.id(command)
            check_days(command, self._today())
        except Rejected as refusal:
            return self._refusal(row.number, kind, refusal)
        task = asyncio.create_task(self._log.use(kind.use, command, by=self._by, key=key, imported=True))
        return _InFlight(row.number, kind, command, id_, task)

    @staticmethod
    def _is_settled(one: _InFlight | RefusedRow) -> bool:
        return isinstance(one, RefusedRow) or one.task.done()

    async def _settle(self) -> list[Result]:
        """The outcome of the document that has waited longest: results come in the file's order."""
        one = self._waiting.popleft()
        outcome = self._refused(one) if isinstance(one, RefusedRow) else await self._outcome(one)
        results: list[Result] = [] if outcome is None else [outcome]
        if self._tally.documents % PROGRESS_EVERY == 0:
            results.append(SoFar(self._tally))
        return results

    async def _outcome(self, one: _InFlight) -> RowResult | None:
        try:
            appended = await one.task
        except Rejected as refusal:
            return self._refused(self._refusal(one.number, one.kind, refusal, one.id))
        except StreamUnreadable as unreadable:
            return self._refused(_unreadable(one.number, unreadable, one.id))
        except (LogUnavailable, OutcomeUnknown) as failure:
            self._tally.stopped = failure.code
            self._failed(failure)
            return self._refused(RefusedRow(one.number, failure.code, {}, one.id))
        if appended.replayed or not appended.events:
            self._tally.repeated += 1
            return RowResult(row=one.number, result="repeated", id=one.id)
        self._tally.accepted += 1
        if one.kind.counts:
            self._tally.lines += len(getattr(one.command, one.kind.counts))
        if alike := next((event.data for event in appended.events if isinstance(event.data, LookAlikeFound)), None):
            self._tally.warned += 1
            return self._warned(one, alike)
        if one.kind.changed is not None and one.kind.changed(appended.events[0]):
            self._tally.changed += 1
            return RowResult(row=one.number, result="changed", id=one.id)
        return None

    def _warned(self, one: _InFlight, alike: LookAlikeFound) -> RowResult:
        code = "look_alike_found"
        _, facts = self._say(code, {"detail": warning(alike.id, alike.others), "kind": alike.kind, "others": list(alike.others)})
        return RowResult(row=one.number, result="warned", id=one.id, problem=code, detail=facts.pop("detail"), facts=facts)

    @staticmethod
    def _refusal(number: int, kind: Importable[Any], refusal: Rejected, id_: str | None = None) -> RefusedRow:
        code = "import_conflict" if refusal.code == "idempotency_key_reused" else refusal.code
        # A decider names what is wrong by the same words as the columns; of several the row as a whole is to blame.
        named = [refusal.facts["field"]] if "field" in refusal.facts else [name for name in refusal.facts if name in kind.columns]
        return RefusedRow(number, code, refusal.facts, id_, named[0] if len(named) == 1 else None)

    def _refused(self, one: RefusedRow) -> RowResult:
        self._tally.refused += 1
        self._tally.by_problem[one.code] += 1
        detail, facts = self._say(one.code, one.facts)
        return RowResult(row=one.number, result="refused", id=one.id, problem=one.code, field=one.field, detail=detail, facts=facts)

    async def _finish(self) -> None:
        """When the reader of the results leaves, commands that the log already has still come to their end."""
        tasks = [one.task for one in self._waiting if isinstance(one, _InFlight)]
        await asyncio.gather(*tasks, return_exceptions=True)


def _unreadable(number: int, unreadable: StreamUnreadable, id_: str) -> RefusedRow:
    return RefusedRow(number, unreadable.code, dict(unreadable.facts), id_)
