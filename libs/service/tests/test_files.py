"""Files through HTTP: taken in by their hash, given out byte for byte, and of others' files nothing is told."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
from channel_events import scoped_role
from channel_service import BodyRefused, Service
from channel_service.files import holding, taking_in
from channel_service.files.storing import PART_BYTES, Store, parts
from channel_service.lost import Unavailable
from channel_service.testing import Running, running
from fastapi import Request
from specimen.filing import FILING, done, folded, hash_of, name, path_of, put, rows
from starlette.types import Message

PDF = b"%PDF-1.7 an invoice"
ROOM: dict[str, Any] = {"max_file_bytes": 2 * PART_BYTES, "loose_files_bytes": 10 * PART_BYTES, "partner_files_bytes": 21 * PART_BYTES // 2}


@pytest.fixture
async def client(migrated: Callable[[Service], Awaitable[str]]) -> AsyncIterator[Running]:
    async with running(FILING, database_url=await migrated(FILING), **ROOM) as one:
        yield one


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.mark.row("XC-15")
async def test_a_file_comes_back_byte_for_byte_and_the_same_again_changes_nothing(client: Running) -> None:
    partner, content = client.as_("partner", partner_id="p-1"), b"\xff\xd8\xff" + bytes(range(256)) * 1500
    first, again = [await put(partner, content, media_type="image/jpeg") for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == hash_of(content)
    assert again.json() == first.json() | {"changed": False, "events": [], "token": again.json()["token"]}
    assert len(await rows(client, "select from kept_bytes")) == 1
    for reader in (partner, client.as_("finance"), client.as_("auditor")):
        answer = await reader.get(path_of(content))
        assert answer.content == content
    told = {one: answer.headers[one] for one in ("content-type", "content-length", "x-content-type-options", "etag", "cache-control")}
    assert told == {
        "content-type": "image/jpeg",
        "content-length": str(len(content)),
        "x-content-type-options": "nosniff",
        "etag": f'"{hash_of(content)}"',
        "cache-control": "private, no-cache",
    }
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    known = await partner.get(path_of(content), headers={"if-none-match": answer.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")


@pytest.mark.row("XC-15")
async def test_what_is_not_the_file_that_was_said_is_not_kept(client: Running) -> None:
    one = client.as_("finance")
    other = await one.put(path_of(PDF), content=PDF + b"!", headers={"content-type": "application/pdf"})
    assert code(other) == (422, "file_differs")
    assert code(await put(one, PDF, media_type="image/png")) == (422, "file_kind_differs")
    assert code(await put(one, b"<html>", media_type="text/html")) == (415, "file_kind_unsupported")
    assert code(await put(one, b"", media_type="text/plain")) == (422, "file_kind_differs")
    packed = {"content-type": "application/pdf", "content-encoding": "gzip"}
    assert code(await one.put(path_of(PDF), content=PDF, headers=packed)) == (415, "content_encoding_unsupported")
    assert code(await one.put("/v1/partners/p-1/files/ABC", content=PDF)) == (422, "invalid_request")
    assert code(await client.as_("ops").put(path_of(PDF), content=PDF)) == (403, "forbidden")
    assert await rows(client, "select from kept_bytes") == []
    assert await client.runtime.log.read(after=0, limit=9) == []


@pytest.mark.row("XC-15")
async def test_what_is_too_large_is_refused_before_it_is_all_there(client: Running) -> None:
    one, most = client.as_("finance"), ROOM["max_file_bytes"]
    fits = b"%PDF-" + bytes(most - 5)
    assert (await put(one, fits, media_type="application/pdf")).status_code == 201
    assert code(await put(one, fits + b"0", media_type="application/pdf")) == (413, "body_too_large")
    said = {"content-type": "application/pdf", "content-length": str(most + 1)}
    assert code(await one.put(path_of(fits), content=fits, headers=said)) == (413, "body_too_large")
    taken = 0

    async def endless() -> Message:
        nonlocal taken
        taken += 1
        return {"type": "http.request", "body": bytes(1024), "more_body": True}

    with pytest.raises(BodyRefused):
        await taking_in.take_in(Request({"type": "http", "headers": []}, endless), most)
    assert taken == most // 1024 + 1


async def test_a_file_that_comes_too_slowly_and_one_too_many_are_refused(client: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        begun.set()
        await go_on.wait()
        yield PDF

    monkeypatch.setattr(holding, "HELD_BYTES", 0)  # as many as two of the largest, and of one caller one
    monkeypatch.setattr(holding, "WAIT_SECONDS", 0.1)
    one, pdf = client.as_("partner", partner_id="p-1"), {"content-type": "application/pdf"}
    async with asyncio.TaskGroup() as group:
        slow = group.create_task(one.put(path_of(PDF), content=slowly(), headers=pdf))
        await begun.wait()
        assert code(await put(one, b"another")) == (503, "files_busy")
        assert (await put(client.as_("partner", partner_id="p-2"), b"another", "p-2")).status_code == 201
        go_on.set()
    assert slow.result().status_code == 201
    assert (await put(one, b"another")).status_code == 201
    monkeypatch.setattr(taking_in, "TAKING_SECONDS", 0.01)
    go_on.clear()
    assert code(await one.put(path_of(b"third"), content=slowly(), headers=pdf)) == (408, "file_too_slow")


@pytest.mark.row("XC-15")
async def test_a_partner_learns_nothing_of_the_files_of_another(client: Running) -> None:
    mine, other = client.as_("partner", partner_id="p-1"), client.as_("partner", partner_id="p-2")
    await put(mine, PDF, media_type="application/pdf")
    absent = b"%PDF-not there"
    for content in (PDF, absent):
        assert code(await other.get(path_of(content))) == (404, "file_unknown")
        assert code(await other.get(path_of(content, "p-2"))) == (404, "file_unknown")
        assert code(await put(other, content, "p-1", "application/pdf")) == (403, "not_yours")
        assert code(await other.delete(path_of(content), params={"reason": "x"})) == (403, "not_yours")
        assert code(await other.delete(path_of(content))) == (403, "not_yours")
        events = await other.get("/v1/events", params={"stream": "kept_files/p-1"})
        assert events.json()["items"] == []
    answers = [await put(other, content, "p-2", "application/pdf") for content in (PDF, absent)]
    shown = [(one.status_code, sorted(one.json()), one.json()["changed"], len(one.json()["events"])) for one in answers]
    assert shown[0] == shown[1]
    # What is its own is stored for itself: not even the time it takes tells of another's.
    assert len(await rows(client, "select from kept_bytes")) == 3
    await folded(client)
    assert [row["sha256"] for row in (await mine.get("/v1/files")).json()["items"]] == [hash_of(PDF)]
    assert {row["partner_id"] for row in (await client.as_("auditor").get("/v1/files")).json()["items"]} == {"p-1", "p-2"}
    # The role as which reads for partners are made has no right to the bytes of anybody.
    role = scoped_role(client.runtime.settings.database_role)
    [may] = await rows(client, "select has_table_privilege($1, 'kept_bytes', 'select') as may", role)
    assert may["may"] is False


@pytest.mark.row("XC-15")
async def test_a_partner_cannot_fill_the_disk(client: Running) -> None:
    one, contents = client.as_("partner", partner_id="p-1"), [b"%d" % n + bytes(b"a" * PART_BYTES) for n in range(12)]
    answers = await asyncio.gather(*(put(one, content) for content in contents[:4]))
    assert {answer.status_code for answer in answers} == {201}
    for content in contents[4:]:
        last = await put(one, content)
    assert code(last) == (409, "loose_files_full")
    stored = len(await rows(client, "select from kept_bytes"))
    assert stored == 9  # each is a byte or two larger than a tenth
    await name(client, contents[0])
    assert (await put(one, contents[11])).status_code == 201
    await name(client, contents[1])
    assert code(await put(one, contents[10])) == (409, "files_full")
    assert len(await rows(client, "select from kept_bytes")) == stored + 1


@pytest.mark.row("XC-15")
async def test_damaged_bytes_are_noticed_and_mended_by_sending_the_file_again(client: Running) -> None:
    one = client.as_("partner", partner_id="p-1")
    await put(one, PDF, media_type="application/pdf")
    await name(client, PDF)
    harm = "update kept_bytes set bytes = set_byte(bytes, 7, 33)", "delete from kept_bytes"
    for statement in harm:
        await done(client, statement)
        assert code(await client.as_("finance").get(path_of(PDF))) == (500, "file_damaged")
        await folded(client)
        assert (await put(one, PDF, media_type="application/pdf")).status_code == 201
        assert (await one.get(path_of(PDF))).content == PDF
        assert len(await rows(client, "select from kept_bytes")) == 1


async def test_a_file_that_is_erased_while_it_is_read_is_broken_off(client: Running) -> None:
    one, content = client.as_("partner", partner_id="p-1"), b"%PDF-" + bytes(PART_BYTES)
    await put(one, content, media_type="application/pdf")
    [row] = await rows(client, "select copy_id from kept_bytes")
    reading = parts(client.runtime.fetch, row["copy_id"], len(content))
    assert await anext(reading) == content[:PART_BYTES]
    assert (await one.delete(path_of(content), params={"reason": "a wrong file"})).status_code == 200
    with pytest.raises(Unavailable):
        await anext(reading)


async def test_of_the_same_file_sent_at_once_one_copy_is_kept(client: Running) -> None:
    one = client.as_("partner", partner_id="p-1")
    answers = await asyncio.gather(*(put(one, PDF, media_type="application/pdf") for _ in range(6)))
    assert {answer.status_code for answer in answers} <= {200, 201}
    assert sum(answer.json()["changed"] for answer in answers) == 1
    assert len(await rows(client, "select from kept_bytes")) == 1
    assert (await one.get(path_of(PDF))).content == PDF


async def test_a_file_is_there_before_the_log_says_so(client: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed in between, the next one who sends it keeps it."""
    one, put_in = client.as_("partner", partner_id="p-1"), Store.put

    async def killed(self: Store, *given: Any) -> None:
        await put_in(self, *given)
        raise TimeoutError

    monkeypatch.setattr(Store, "put", killed)
    assert code(await put(one, PDF, media_type="application/pdf")) == (503, "unavailable")
    assert code(await one.get(path_of(PDF))) == (404, "file_unknown")
    monkeypatch.undo()
    assert (await put(one, PDF, media_type="application/pdf")).status_code == 201
    assert (await one.get(path_of(PDF))).content == PDF


@pytest.mark.row("XC-15")
async def test_what_is_erased_is_gone_and_its_hash_and_the_reason_stay(client: Running) -> None:
    one, boss = client.as_("partner", partner_id="p-1"), client.as_("brand_admin", subject="eve")
    await put(one, PDF, media_type="application/pdf")
    await name(client, PDF)
    assert code(await client.as_("ops").delete(path_of(PDF), params={"reason": "x"})) == (403, "forbidden")
    for who in (one, client.as_("finance")):
        assert code(await who.delete(path_of(PDF), params={"reason": "x"})) == (409, "file_named")
    await put(one, b"a wrong file")
    assert (await one.delete(path_of(b"a wrong file"), params={"reason": "not mine"})).status_code == 200
    assert (await boss.delete(path_of(PDF))).status_code == 422
    gone = await boss.delete(path_of(PDF), params={"reason": "a person asked for it"})
    assert [event["type"] for event in gone.json()["events"]] == ["file_removed"]
    assert await rows(client, "select from kept_bytes") == []
    assert code(await one.get(path_of(PDF))) == (404, "file_unknown")
    assert code(await boss.delete(path_of(PDF), params={"reason": "x"})) == (404, "file_unknown")
    told = (await client.runtime.log.read(after=0, limit=99))[-1].data
    assert (told.sha256, told.reason, told.by) == (hashlib.sha256(PDF).hexdigest(), "a person asked for it", "eve")
    await folded(client)
    assert (await boss.get("/v1/files")).json()["items"] == []
