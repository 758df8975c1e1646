"""What follows by itself: a push that was kept is decided; and what a person does about one that could not be."""

from channel_events import Actor, Appended, Log, On, OwnLog, Reaction, RedriveResult, redrive

from orders_inventory.application.push_deciding import commands
from orders_inventory.application.push_waiting import WAITS
from orders_inventory.domain.push import PUSH, Outcome, PushReceived, Settle, push_key
from orders_inventory.views.pushes import REACTION

APPLY_PUSHES = Reaction(
    REACTION,
    of=OwnLog(events=[PushReceived]),
    commands=commands,
    imported=True,
    refused="park",
    waits=WAITS,
)


async def redrive_push(log: Log, source: str, push_id: str) -> RedriveResult | None:
    """Tries a parked push again; ``None`` when it is not parked."""
    results = await redrive(log, APPLY_PUSHES, On(PUSH, push_key(source, push_id), None).stream)
    return results[0] if results else None


async def dismiss_push(log: Log, source: str, push_id: str, reason: str, by: Actor) -> Appended:
    """It shall not be applied any more; nothing when it was settled before."""
    appended = await log.execute(On(PUSH, Settle(source, push_id, Outcome.DISMISSED, reason)), by=by)
    await redrive_push(log, source, push_id)  # finds it settled, and so no longer waits
    return appended
