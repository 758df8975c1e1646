"""Tasks end when they are told to."""

import asyncio

from channel_events.tasks import end


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
