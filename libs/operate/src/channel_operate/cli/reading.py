"""``tail`` and ``replay``: events as log or topic hold them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
from channel_events.envelope import COLUMNS, Decoder
from channel_events.log import statements as sql
from channel_events.log.connect import CHANNEL, connect_as, prepare
from channel_events.partition import PARTITIONS
from channel_events.pure import Recorded, Registry
from channel_events.topic import TopicReader

from channel_operate.cli.output import bar
from channel_operate.cli.target import Target

_PAGE = 2_000
_LOOK_SECONDS = 1.0
_SHOWN = ("position", "id", "stream", "version", "type", "recorded_at", "recorded_on", "occurred_on", "partition", "actor",
          "reason", "correlation", "causation")  # fmt: skip
_LAST = f"select * from (select {COLUMNS} from event order by position desc limit $1) as last order by position"
_RANGE = f"select {COLUMNS} from event where position > $1 and position <= $2 order by position limit {_PAGE}"
_COUNT = "select count(*) from event where position > $1 and position <= $2"

Show = Callable[[dict[str, Any]], None]


def shown(service: str, event: Any, data: bytes) -> dict[str, Any]:
    """An event as commands print it; its data as they are stored, also of types that this version does not know."""
    facts = {name: getattr(event, name) if isinstance(event, Recorded) else event[name] for name in _SHOWN}
    return {"service": service, **facts, "data": msgspec.Raw(data)}


def one_line(event: dict[str, Any]) -> str:
    at = event["recorded_at"].isoformat(timespec="milliseconds").replace("+00:00", "Z")
    data = bytes(event["data"]).decode()
    return f"{event['position']}  {at}  {event['type']}  {event['stream']} v{event['version']}  by {event['actor']}  {data}"


async def tail_log(target: Target, after: int | None, last: int, *, follow: bool, show: Show) -> None:
    """Shows the last events of the log, or all behind a position; then, following, each new one."""
    async with _reading(target.dsn) as connection:
        rows = await connection.fetch(_LAST, last) if after is None else await connection.fetch(sql.AFTER, after, _PAGE)
        woken = asyncio.Event()
        if follow:
            await connection.add_listener(CHANNEL, lambda *_: woken.set())
        if after is None:
            after = 0 if rows or not follow else await connection.fetchval("select position from log_head")
        while True:
            woken.clear()
            for row in rows:
                show(shown(target.name, row, row["data"]))
                after = row["position"]
            if not follow and len(rows) < _PAGE:
                return
            if len(rows) < _PAGE:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK_SECONDS):
                        await woken.wait()
            rows = await connection.fetch(sql.AFTER, after, _PAGE)


async def tail_topic(target: Target, after: int | None, last: int, *, follow: bool, show: Show) -> None:
    """The same of the topic, in each partition in the order of its records, repeats too."""
    kept: list[dict[str, Any]] = []
    decoder = Decoder(target.name, Registry([]))
    keep = after is None
    async with TopicReader.open(target.broker, target.topic, waiting=(lambda: None) if follow else None) as topic:
        while True:
            ended = all(topic.behind(partition) == 0 for partition in range(PARTITIONS))
            if ended and keep:
                for past in _newest(kept, last):
                    show(past)
                keep = False
            if ended and not follow:
                return
            for records in (await topic.read(_PAGE)).values():
                for record in records:
                    event = decoder.event(record)
                    if event is None or (after is not None and event.position <= after):
                        continue
                    found = {**shown(target.name, event, record.value or b"null"), "offset": record.offset}
                    kept.append(found) if keep else show(found)
            if len(kept) > last + _PAGE:
                kept = _newest(kept, last)


def _newest(events: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    return sorted(events, key=lambda one: (one["position"], one["offset"]))[-count:]


async def replay(target: Target, stream: str | None, after: int, until: int | None, out: Path | None, show: Show) -> int:
    """Shows the events of a stream, or those of a range of positions, oldest first; how many they were."""
    async with _reading(target.dsn) as connection, _lines(out, show) as write:
        count = 0
        if stream is not None:
            while rows := await connection.fetch(sql.STREAM, count, _PAGE, stream):
                for row in rows:
                    write(shown(target.name, row, row["data"]))
                count = rows[-1]["version"]
            return count
        if until is None:
            until = await connection.fetchval("select position from log_head")
        with bar("replay", await connection.fetchval(_COUNT, after, until)) as progress:
            while rows := await connection.fetch(_RANGE, after, until):
                for row in rows:
                    write(shown(target.name, row, row["data"]))
                after, count = rows[-1]["position"], count + len(rows)
                progress.advance(len(rows))
        return count


@asynccontextmanager
async def _lines(out: Path | None, show: Show) -> AsyncIterator[Show]:
    if out is None:
        yield show
        return
    with out.open("wb") as file:

        def write(event: dict[str, Any]) -> None:
            file.write(msgspec.json.encode(event) + b"\n")

        yield write


@asynccontextmanager
async def _reading(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await connect_as(dsn, "qudao-operate", seconds=600, default_transaction_read_only="on")
    try:
        await prepare(connection)
        yield connection
    finally:
        connection.terminate()
