"""Works: looked at again while there is more, when the log grows, and after an error."""

import asyncio
from typing import Any

import pytest
from channel_service.work import Work, WorkRun


class Quiet:
    """A log that grows when it is told to."""

    def __init__(self) -> None:
        self.event = asyncio.Event()

    def wake(self) -> asyncio.Event:
        return self.event


class Looks:
    """Answers as it is told, and counts; ``at(n)`` waits until there were n looks."""

    def __init__(self, *answers: bool | Exception) -> None:
        self._answers, self.count, self._changed = list(answers), 0, asyncio.Condition()

    async def look(self, log: Any, reading: Any) -> bool:
        async with self._changed:
            self.count += 1
            self._changed.notify_all()
        answer = self._answers.pop(0) if self._answers else False
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def at(self, count: int) -> None:
        async with asyncio.timeout(5), self._changed:
            await self._changed.wait_for(lambda: self.count >= count)


@pytest.fixture(autouse=True)
def at_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but the log wakes a work."""
    monkeypatch.setattr("channel_service.work.LONGEST_SECONDS", 600)
    monkeypatch.setattr("channel_service.work.SETTLE_SECONDS", 0)


def begun(looks: Looks) -> tuple[WorkRun, Quiet, "asyncio.Task[None]"]:
    log: Any = Quiet()
    run = WorkRun(Work("look", looks.look), log=log, reading=lambda: None)  # type: ignore[arg-type, return-value]
    return run, log, asyncio.create_task(run.run())


async def test_it_looks_again_while_there_is_more_and_then_when_the_log_grows() -> None:
    looks = Looks(True, True, False)
    run, log, task = begun(looks)
    await looks.at(3)
    assert run.status == "running"
    log.event.set()
    await looks.at(4)
    task.cancel()


async def test_after_an_error_it_begins_again_and_says_so_meanwhile() -> None:
    looks = Looks(ValueError("broken"), False)
    run, _, task = begun(looks)
    await looks.at(1)
    await asyncio.sleep(0)
    assert run.status == "retrying"
    await looks.at(2)
    task.cancel()


async def test_what_was_appended_during_a_look_is_looked_at() -> None:
    looks = Looks(False, False)
    log: Any = Quiet()

    async def look(of: Any, reading: Any) -> bool:
        log.event.set() if looks.count == 0 else None
        return await looks.look(of, reading)

    task = asyncio.create_task(WorkRun(Work("look", look), log=log, reading=lambda: None).run())  # type: ignore[arg-type, return-value]
    await looks.at(2)
    task.cancel()


async def test_a_process_is_ready_before_its_works_have_looked() -> None:
    ended = asyncio.Event()

    class Long(Looks):
        async def look(self, log: Any, reading: Any) -> bool:
            await super().look(log, reading)
            await ended.wait()
            return False

    looks = Long()
    run, _, task = begun(looks)
    await looks.at(1)
    assert run.started
    assert not run.ran
    task.cancel()


async def test_a_work_that_fails_for_ever_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """To begin again is no sign of health: nobody would be told of it."""
    monkeypatch.setattr("channel_events.pulse.LASTING_SECONDS", 0.15)
    looks = Looks(*[ValueError("broken")] * 9)
    run, _, task = begun(looks)
    await looks.at(3)  # with pauses of more than that before
    await asyncio.sleep(0)
    assert (run.trouble() or "").startswith("retrying")
    task.cancel()
