"""The pauses between tries of what is parked grow to a limit, however often it was tried."""

import asyncpg
import pytest
from channel_events.subscription.parking import Failure, Parking


@pytest.mark.parametrize(("attempts", "seconds"), [(2, 2), (5, 16), (10, 512), (11, 600), (1_025, 600), (2_147_483_646, 600)])
async def test_a_stream_is_due_again_after_a_pause_that_grows_to_ten_minutes(database: str, attempts: int, seconds: int) -> None:
    parking = Parking("view", "source")
    connection = await asyncpg.connect(database)
    try:
        await parking.park(connection, [("jar/1", 0, Failure("no", waits_for="it"))], [])
        await connection.execute("update parked_stream set attempts = $1", attempts - 1)
        await parking.failed_again(connection, "jar/1", Failure("no", waits_for="it"))
        for passed, due in ((seconds - 1, []), (2, [("jar/1", 0)])):
            await connection.execute("update parked_stream set due_at = due_at - $1 * interval '1 second'", float(passed))
            assert await parking.due(connection, ["it"], [0]) == due
    finally:
        await connection.close()
