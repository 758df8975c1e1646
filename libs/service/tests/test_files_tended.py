"""Tidying up among people who name, send and erase files at that very moment; and damage that is found before anybody asks."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
from channel_events import On, Rejected
from channel_service import Service
from channel_service.files import KEPT_FILES, MEASURES, tending
from channel_service.files.deciding import KeepFile, Room
from channel_service.files.state import File
from channel_service.files.storing import Store, is_whole
from channel_service.testing import Running, running
from prometheus_client import REGISTRY
from specimen.filing import BY, FILING, done, folded, hash_of, name, path_of, put, rows

FILES = [b"file %d" % number for number in range(12)]


@pytest.fixture
async def client(migrated: Callable[[Service], Awaitable[str]], monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Running]:
    """Where a file that nothing names is old at once."""
    monkeypatch.setattr(tending, "LOOSE_DAYS", 0)
    async with running(FILING, database_url=await migrated(FILING)) as one:
        yield one


async def tended(client: Running) -> None:
    await tending.Tending().look(client.runtime.log, client.runtime.reading_everything)


async def kept(client: Running, content: bytes, partner_id: str = "p-1") -> File | None:
    return (await client.runtime.log.state(KEPT_FILES, partner_id)).kept(hash_of(content))


@pytest.mark.row("XC-15")
async def test_what_nothing_names_is_removed_and_what_is_named_stays(client: Running) -> None:
    one, (loose, named, later) = client.as_("partner", partner_id="p-1"), FILES[:3]
    for content in (loose, named):
        await put(one, content)
    await name(client, named)
    await folded(client)
    await name(client, loose)
    await tended(client)  # the view shows it as loose, and it is not
    assert (await one.get(path_of(loose))).content == loose
    await put(one, later)
    await folded(client)
    await tended(client)
    assert (await one.get(path_of(named))).content == named
    assert (await one.get(path_of(later))).status_code == 404
    assert len(await rows(client, "select from kept_bytes")) == 2
    with pytest.raises(Rejected, match="file_not_kept"):
        await name(client, later)
    assert (await put(one, later)).status_code == 201


async def test_a_file_is_named_or_removed_and_never_both(client: Running) -> None:
    """Each file is named, tidied up and sent again at once, by processes of their own connections, and all of it over and over."""
    one, store = client.as_("partner", partner_id="p-1"), Store(client.runtime.settings.database_url)
    named, removed = set[bytes](), list[bytes]()

    async def naming(content: bytes) -> None:
        with contextlib.suppress(Rejected):
            await name(client, content)
            named.add(content)

    async def removing(content: bytes) -> None:
        if await tending.remove_loose(client.runtime.log, store, "p-1", hash_of(content), seen[content]):
            removed.append(content)

    for start in range(0, len(FILES), 4):
        some = FILES[start : start + 4]
        for turn in range(3):
            for content in some:
                await put(one, content)
            files = [(content, await kept(client, content)) for content in some]
            seen = {content: file.copy_id for content, file in files if file is not None and file.copy_id is not None}
            pair = (naming, removing) if turn == 1 else (removing, naming)
            await asyncio.gather(*(do(content) for content in some[turn:] for do in pair), *(put(one, content) for content in some))
    assert named
    assert removed
    for content in FILES:
        file = await kept(client, content)
        assert content not in named or file is not None
        assert file is None or file.copy_id is None or await is_whole(client.runtime.fetch, file.copy_id)


async def test_a_copy_that_no_event_tells_of_is_dropped_after_days_and_no_other(client: Running) -> None:
    one, store = client.as_("partner", partner_id="p-1"), Store(client.runtime.settings.database_url)
    await put(one, FILES[0])
    await put(client.as_("partner", partner_id="p-2"), FILES[0], "p-2")
    await folded(client)
    await put(one, FILES[1])  # the view has not seen it: its stream may be parked
    await store.put("stray", "p-1", hash_of(FILES[2]), FILES[2])
    await store.put("fresh", "p-1", hash_of(FILES[3]), FILES[3])
    await name(client, FILES[0])
    await name(client, FILES[0], partner_id="p-2")
    await _older(client, "stored_at", tending.STRAY_DAYS, "copy_id <> 'fresh'")
    await tended(client)
    assert len(await rows(client, "select from kept_bytes")) == 4
    assert (await one.get(path_of(FILES[1]))).content == FILES[1]
    assert await rows(client, "select from kept_bytes where copy_id = 'stray'") == []


async def test_a_copy_that_is_old_enough_to_be_dropped_can_no_more_be_told_of(client: Running) -> None:
    """A process that stands still for days between storing and telling would tell of bytes that are gone."""
    today = client.runtime.today()
    assert tending.STRAY_DAYS > 2  # days of the brand and of the database are not the same
    said = KeepFile(
        partner_id="p-1",
        sha256=hash_of(FILES[0]),
        size=1,
        media_type="text/plain",
        copy_id="late",
        stored_on=today - timedelta(days=tending.STRAY_DAYS - 1),
        room=Room(10**6, 10**6),
        by="ann",
    )
    with pytest.raises(Rejected, match="unavailable"):
        await client.runtime.log.execute(On(KEPT_FILES, "p-1", said), by=BY)


@pytest.mark.row("XC-15")
async def test_damage_is_found_before_anybody_asks(client: Running) -> None:
    one = client.as_("partner", partner_id="p-1")
    for content in FILES[:3]:
        await put(one, content)
    await name(client, *FILES[:3])
    await folded(client)
    assert await _asked(client) == {"qudao_files": 3, "qudao_files_bytes": 18, "qudao_files_damaged": 0}
    await _older(client, "checked_at", tending.CHECK_DAYS)
    await _older(client, "bytes = set_byte(bytes, 0, 33), checked_at", tending.CHECK_DAYS + 1, f"sha256 = '{hash_of(FILES[1])}'")
    before = _found()
    await tended(client)
    assert _found() == before + 1
    assert (await _asked(client))["qudao_files_damaged"] == 1
    await done(client, f"delete from kept_bytes where sha256 = '{hash_of(FILES[2])}'")
    assert (await _asked(client))["qudao_files_damaged"] == 2


def _found() -> float:
    return REGISTRY.get_sample_value("qudao_files_found_damaged_total") or 0.0


async def _asked(client: Running) -> dict[str, float]:
    async with client.runtime.reading_everything() as read:
        return {one.name: float((await read.execute(one.query(client.runtime.today()))).scalar_one()) for one in MEASURES}


async def _older(client: Running, column: str, days: int, where: str = "true") -> None:
    await done(client, f"update kept_bytes set {column} = now() - interval '{days} days 1 minute' where {where}")
