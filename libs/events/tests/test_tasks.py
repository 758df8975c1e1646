"""Tasks end when they are told to."""

import asyncio
import gc

import pytest
from channel_events.tasks import Settle, end, whole, within


async def test_a_task_that_loses_its_cancellation_is_asked_again() -> None:
    lost = 0

    async def forgetful() -> None:
        nonlocal lost
        while True:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                if lost:
                    raise
                lost += 1

    task = asyncio.create_task(forgetful())
    await asyncio.sleep(0)
    await asyncio.wait_for(end(task), 5)
    assert task.done()
    assert lost == 1


async def test_ending_what_has_ended_is_nothing() -> None:
    async def done() -> None:
        return

    task = asyncio.create_task(done())
    await task
    await end(task)
    assert task.done()


async def test_what_fails_while_it_is_ended_is_heard() -> None:
    told: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))

    async def fails() -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            raise RuntimeError("odd")

    task = asyncio.create_task(fails())
    await asyncio.sleep(0)
    await end(task)
    del task
    gc.collect()
    assert told == []


async def test_a_step_that_cancels_itself_cancels_nobody_else() -> None:
    async def cancels_itself() -> None:
        raise asyncio.CancelledError

    with pytest.raises(ConnectionAbortedError):
        await whole(cancels_itself())


async def test_whoever_does_a_step_can_be_cancelled_though_the_step_cancels_itself_too() -> None:
    begun = asyncio.Event()

    async def cancels_itself() -> None:
        begun.set()
        await asyncio.sleep(0.01)
        raise asyncio.CancelledError

    task = asyncio.create_task(whole(cancels_itself()))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_who_waits_in_vain_is_told_for_what() -> None:
    with pytest.raises(TimeoutError, match=r"^the broker did not confirm 3 events within 0\.01 s$"):
        async with within(0.01, "the broker did not confirm 3 events"):
            await asyncio.sleep(60)


async def test_a_time_out_of_something_within_keeps_its_own_words() -> None:
    with pytest.raises(TimeoutError, match=r"^no answer$"):
        async with within(60, "not this"):
            raise TimeoutError("no answer")


async def test_who_found_something_looks_soon_again() -> None:
    settle, wake, loop = Settle(), asyncio.Event(), asyncio.get_running_loop()

    async def waited(seconds: float = 60.0) -> float:
        began = loop.time()
        await settle.woken(wake, seconds, 0.2)
        return loop.time() - began

    wake.set()
    assert await waited() >= 0.2
    settle.found()
    pauses = [await waited() for _ in range(6)]
    wake.clear()
    assert pauses[0] < 0.2
    assert sum(pauses) > 0.2  # the views have folded it by then
    assert await waited(0.5) >= 0.5
