"""What a reaction makes of events, before anything is decided."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from channel_events.envelope import Unreadable
from channel_events.log.draft import Task, check_storable
from channel_events.pure import On, Recorded
from channel_events.reaction import Reaction
from channel_events.subscription.failing import blames_the_event
from channel_events.subscription.fold import UnreadableEvent
from channel_events.subscription.serving import use_serving
from channel_events.told import told


class Judged(NamedTuple):
    """An event and the commands it makes; ``error`` when the reaction itself refused it, or failed at it."""

    event: Recorded
    targets: tuple[On, ...] = ()
    error: Exception | None = None

    @property
    def acts(self) -> bool:
        return bool(self.targets) or self.error is not None


class Judge:
    """Asks the reaction. It looks on a connection that holds nothing, before a unit begins: a look may take its time, and the
    committer's connection belongs to everybody's commands."""

    def __init__(self, reaction: Reaction) -> None:
        self._reaction = reaction

    async def next(self, connection: Any, events: Sequence[Recorded], effects_from: datetime) -> tuple[list[Judged], int]:
        """What it makes of the first of these events, and how many they are: of all, or with a look up to the first that acts.

        What that one writes must be there when the next one looks, so it ends a transaction
        (test_a_look_finds_what_the_event_before_it_wrote). What the reaction raises is kept with the event, all else is raised.
        """
        new = [event.data is not None and event.recorded_at >= effects_from for event in events]
        if self._reaction.look is None:
            return [self._judge(event, None) for event, is_new in zip(events, new, strict=True) if is_new], len(events)
        judged: list[Judged] = []
        if not any(new):
            return judged, len(events)
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            await use_serving(connection)
            for count, (event, is_new) in enumerate(zip(events, new, strict=True), 1):
                if is_new:
                    judged.append(await self._look(connection, event))
                    if judged[-1].acts:
                        return judged, count
        return judged, len(events)

    async def _look(self, connection: Any, event: Recorded) -> Judged:
        look = self._reaction.look
        if look is None or type(event.data) is Unreadable:
            return self._judge(event, None)
        try:
            async with connection.transaction():
                return self._judge(event, await look(connection, event))
        except Exception as error:
            if not blames_the_event(error):
                raise
            return Judged(event, error=error)

    def _judge(self, event: Recorded, found: Any) -> Judged:
        if type(event.data) is Unreadable:
            return Judged(event, error=UnreadableEvent(f"{event.type} {event.id}: {told(event.data.error)}"))
        try:
            targets = self._reaction.targets(event, found)
            for target in targets:
                check_storable(Task((target,), self._reaction.actor(event), None))
            return Judged(event, targets)
        except Exception as error:
            return Judged(event, error=error)
