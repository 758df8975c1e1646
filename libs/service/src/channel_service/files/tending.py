"""Tidying up: files that nothing names, copies that nobody knows of, and looking at each copy now and then whether it is whole."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from channel_events import Actor, Log, On
from prometheus_client import Counter

from channel_service.files.deciding import KEPT_FILES, RemoveLoose
from channel_service.files.storing import Store
from channel_service.files.view import TABLE
from channel_service.measures import Measure
from channel_service.work import Reading, Work

LOOSE_DAYS = 30
"""So long a file stays that nothing names."""
STRAY_DAYS = 3
"""After so long a copy that no event told of is nobody's: what is told of later is refused (`deciding.STORED_DAYS`)."""
CHECK_DAYS = 30
"""Each copy's hash is worked out anew after so long."""
AT_ONCE = 50
LOOK_SECONDS = 3600.0
COUNTED_SECONDS = 900.0
"""Between two times that files are counted, of which there may be a million."""

BY = Actor("work/kept_files")
DAMAGED = Counter("qudao_files_found_damaged_total", "Times that bytes of a kept file were found not to be what they were.")
_log = structlog.get_logger("channel_service.files")
_kept = TABLE.sql.c
_bytes = sa.table("kept_bytes", *(sa.column(name) for name in ("copy_id", "partner_id", "stored_at", "checked_at", "damaged")))


class Tending:
    """Once in ``every`` seconds, for a process. What may go is decided in the log, where it cannot have been named meanwhile; its bytes go
    after that, and where a process is killed in between they are a stray copy."""

    def __init__(self, every: float = LOOK_SECONDS) -> None:
        self._every, self._next = every, 0.0

    async def look(self, log: Log, reading: Reading) -> bool:
        if time.monotonic() < self._next:
            return False
        store, now = Store(log.dsn), datetime.now(UTC)
        async with reading() as read:
            loose = (await read.execute(_loose(now))).all()
            strays = (await read.execute(_strays(now))).all()
            unchecked = (await read.scalars(_unchecked(now))).all()
        removed = [await remove_loose(log, store, *one) for one in loose]
        dropped = await drop_strays(log, store, strays)
        await look_at(store, unchecked)
        # Only where something was done there is a rest to do now: a view that is behind shows the same ones again.
        if (any(removed) and len(loose) == AT_ONCE) or (dropped and len(strays) == AT_ONCE) or len(unchecked) == AT_ONCE:
            return True
        self._next = time.monotonic() + self._every
        return False


async def remove_loose(log: Log, store: Store, partner_id: str, sha256: str, copy_id: str) -> bool:
    """Whether it was removed: nothing had named it by the time this was decided."""
    command = RemoveLoose(partner_id=partner_id, sha256=sha256, copy_id=copy_id, days=LOOSE_DAYS)
    appended = await log.execute(On(KEPT_FILES, partner_id, command), by=BY)
    await store.drop([event.data.copy_id for event in appended.events])
    return bool(appended.events)


async def drop_strays(log: Log, store: Store, strays: Sequence[Any]) -> bool:
    """Whether there were any. The log is asked, not the view, in which a stream may be parked."""
    told = {one: await log.state(KEPT_FILES, one) for one in {partner_id for partner_id, _ in strays}}
    kept = {file.copy_id for files in told.values() for file in files.by_hash.values()}
    gone = [copy_id for _, copy_id in strays if copy_id not in kept]
    await store.drop(gone)
    return bool(gone)


async def look_at(store: Store, copies: Sequence[str]) -> None:
    """Works out the hashes of these copies, and says which are damaged."""
    if damaged := await store.check(copies):
        DAMAGED.inc(len(damaged))
        _log.error("kept files are damaged", copies=damaged)


def _loose(now: datetime) -> sa.Select[Any]:
    """The view may be behind, and days are not the same everywhere: the log decides."""
    old = _kept.kept_on <= (now - timedelta(days=LOOSE_DAYS - 1)).date()
    chosen = sa.select(_kept.partner_id, _kept.sha256, _kept.copy_id).where(_kept.copy_id.is_not(None), _kept.named_by.is_(None), old)
    return chosen.order_by(_kept.kept_on, _kept.copy_id).limit(AT_ONCE)


def _strays(now: datetime) -> sa.Select[Any]:
    b = _bytes.c
    told = sa.exists().where(_kept.copy_id == b.copy_id)
    chosen = sa.select(b.partner_id, b.copy_id).where(b.stored_at < now - timedelta(days=STRAY_DAYS), ~told)
    return chosen.order_by(b.stored_at).limit(AT_ONCE)


def _unchecked(now: datetime) -> sa.Select[Any]:
    b = _bytes.c
    return sa.select(b.copy_id).where(b.checked_at < now - timedelta(days=CHECK_DAYS)).order_by(b.checked_at).limit(AT_ONCE)


def _of_kept(number: Any) -> sa.Select[Any]:
    return sa.select(number).where(_kept.copy_id.is_not(None))


_good = sa.exists().where(_bytes.c.copy_id == _kept.copy_id, ~_bytes.c.damaged)
TENDING = Work("kept_files", Tending().look)
MEASURES = [
    Measure(name, meaning, query, every=COUNTED_SECONDS)
    for name, meaning, query in (
        ("qudao_files", "Files of partners that are kept.", lambda _: _of_kept(sa.func.count())),
        ("qudao_files_bytes", "Bytes of files that are kept.", lambda _: _of_kept(sa.func.coalesce(sa.func.sum(_kept.size), 0))),
        (
            "qudao_files_damaged",
            "Kept files whose bytes are gone, or were seen to be damaged.",
            lambda _: _of_kept(sa.func.count()).where(~_good),
        ),
    )
]
