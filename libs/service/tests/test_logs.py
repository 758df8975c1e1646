"""Log lines: none that cannot be written fails what it tells of, none of a flood hides the others, and none is lost at an ordered end."""

import asyncio
import errno
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from channel_service import logs
from channel_service.held_back import HeldBack
from channel_service.log_writer import LogWriter
from channel_service.rates import Limiter, Rate
from channel_service.testing import Running


class Disk:
    """Takes ``room`` bytes, then it is full."""

    def __init__(self, room: float = float("inf")) -> None:
        self.room, self.written = room, b""

    def write(self, data: bytes) -> int:
        if self.room <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        taken = data[: int(min(self.room, len(data)))]
        self.room -= len(taken)
        self.written += taken
        return len(taken)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.written.splitlines() if line.endswith(b"}")]


@pytest.fixture
def configured() -> Iterator[Callable[..., Disk]]:
    """Logs as a process writes them, to a disk."""
    handlers, level = logging.root.handlers[:], logging.root.level

    def configure(room: float = float("inf"), level: str = "info") -> Disk:
        disk = Disk(room)
        logs.configure("specimen", level, "json", disk.write)
        return disk

    yield configure
    logging.root.handlers[:], logging.root.level = handlers, level
    logs.forget()
    structlog.reset_defaults()
    logs.configure_for_tests()


async def test_a_full_log_disk_fails_no_request(client: Running, configured: Callable[..., Disk]) -> None:
    disk = configured(room=0)
    answers = [await client.get("/v1/rows") for _ in range(20)] + [await client.get("/v1/boom")]
    logs.finish()
    assert [one.status_code for one in answers] == [200] * 20 + [500]
    assert disk.written == b""
    disk.room = float("inf")
    await client.get("/v1/rows")
    logs.finish()
    said, line = disk.lines
    assert (said["event"], said["lines"], said["level"]) == ("log lines could not be written", 21 + 1, "warning")
    assert (line["event"], line["status"]) == ("request", 200)


async def test_lines_of_requests_are_written_together_and_none_is_lost_at_the_end(client: Running, configured: Callable[..., Disk]) -> None:
    disk = configured()
    for _ in range(3):
        await client.get("/v1/rows", headers={"x-request-id": "mine"})
    assert disk.written == b""
    logs.finish()
    assert [(line["event"], line["route"], line["caller_request_id"]) for line in disk.lines] == [("request", "/v1/rows", "mine")] * 3
    assert len({line["request_id"] for line in disk.lines}) == 3


async def test_what_waits_is_written_soon_and_worse_at_once(configured: Callable[..., Disk], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channel_service.log_writer.WAIT_SECONDS", 0.01)
    disk = configured()
    structlog.get_logger("x").info("first")
    assert disk.lines == []
    async with asyncio.timeout(10):
        while not disk.lines:  # noqa: ASYNC110 - a disk tells nobody
            await asyncio.sleep(0.005)
    structlog.get_logger("x").info("second")
    logging.getLogger("y").warning("third")
    assert [line["event"] for line in disk.lines] == ["first", "second", "third"]


def test_a_line_that_was_cut_spoils_no_other(configured: Callable[..., Disk]) -> None:
    disk = configured(room=30)
    log = structlog.get_logger("x")
    log.warning("cut off")
    log.warning("not at all")
    disk.room = float("inf")
    log.warning("whole")
    cut, said, whole = disk.written.splitlines()
    assert len(cut) == 30
    assert [json.loads(line)["event"] for line in (said, whole)] == ["log lines could not be written", "whole"]
    assert json.loads(said)["lines"] == 2


def test_lines_that_were_written_are_not_counted_as_lost() -> None:
    disk = Disk(room=6)
    writer = LogWriter(disk.write, lambda _, lines: b"%d lost" % lines)
    for line in (b"one", b"two", b"three"):
        writer._waiting.append(line)
    writer.flush()
    disk.room = 100
    writer.say(b"four")
    assert disk.written == b"one\ntw\n2 lost\nfour\n"


@pytest.mark.parametrize("value", ["\ud800", {1, 2}, object(), b"\xff"])
def test_a_line_that_cannot_be_encoded_is_said_as_well_as_it_can(configured: Callable[..., Disk], value: Any) -> None:
    disk = configured()
    structlog.get_logger("x").warning("odd", value=value)
    logging.getLogger("y").warning("%d", "no number")
    assert [line["event"] for line in disk.lines] == ["odd", "a log record could not be written"]


def test_lines_of_one_cause_are_few_and_how_many_were_held_back_is_said(configured: Callable[..., Disk]) -> None:
    disk = configured()
    for number in range(1000):
        logging.getLogger("uvicorn.error").warning("Invalid HTTP request received %s", number)
    structlog.get_logger("x").warning("another cause")
    assert len(disk.lines) == 20 + 1
    logs.finish()
    last = disk.lines[-1]
    assert (last["event"], last["cause"], last["held_back"]) == ("log lines were held back", "Invalid HTTP request received %s", 980)


def test_the_next_line_of_a_cause_says_how_many_were_held_back() -> None:
    class Clock:
        now = 0.0

        def __call__(self) -> float:
            return self.now

    clock = Clock()
    held = HeldBack(Limiter(Rate(1, 1), clock))

    def say() -> Any:
        try:
            return held(None, "", {"event": "away", "level": "warning"}).get("held_back", 0)
        except structlog.DropEvent:
            return None

    assert [say() for _ in range(3)] == [0, None, None]
    assert held(None, "", {"event": "request", "level": "info"}) == {"event": "request", "level": "info"}
    clock.now += 1
    assert [say(), say()] == [2, None]


def test_causes_without_number_are_not_kept_one_by_one() -> None:
    held = HeldBack(Limiter(Rate(0.001, 1)))
    for _ in range(2):
        for number in range(5000):
            try:
                held(None, "", {"event": f"cause {number}", "level": "error"})
            except structlog.DropEvent:
                continue
    assert len(held._held) <= 1_001
    assert sum(held._held.values()) == 5000


def test_a_process_starts_answers_and_ends_without_being_able_to_log(specimen: Callable[..., Any], tmp_path: Any) -> None:
    import subprocess
    import sys

    import httpx
    from channel_service.testing import bearer

    process = specimen()
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device
        process.process = subprocess.Popen(
            [sys.executable, "-m", "specimen"], env=process.environment, stdin=subprocess.PIPE, stdout=full, stderr=full
        )
        with httpx.Client(transport=httpx.HTTPTransport(retries=100), base_url=process.address, headers=bearer(), timeout=60) as http:
            while not process._ready():
                assert process.process.poll() is None
            statuses = {http.get("/v1/rows").status_code for _ in range(50)} | {http.get("/v1/boom").status_code}
        assert statuses == {200, 500}
        assert process.end() == 0
