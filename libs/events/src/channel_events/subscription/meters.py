"""What one subscription tells of itself."""

import time
from collections.abc import Collection

from channel_events import telemetry
from channel_events.freshness import Recent
from channel_events.pure import Recorded
from channel_events.subscription.progress import FORKED, INCOMPLETE, Progress


class Meters:
    """Metrics with the label ``subscription``, and the ages of the last events applied."""

    def __init__(self, name: str) -> None:
        self.recent = Recent()
        self._name = name
        self._heartbeat = telemetry.HEARTBEAT.labels(name)
        self.beat()

    def beat(self) -> None:
        """Something came through, or the source answered that there is no more."""
        self._heartbeat.set_to_current_time()

    def applied(self, events: list[Recorded], rows: Collection[Progress]) -> None:
        now = time.time()
        telemetry.POSITION.labels(self._name).set(max(row.place.position for row in rows))
        if not events:
            return
        ignored = sum(event.data is None for event in events)
        telemetry.EVENTS.labels(self._name, "applied").inc(len(events) - ignored)
        telemetry.EVENTS.labels(self._name, "ignored").inc(ignored)
        recorded = [event.recorded_at.timestamp() for event in events]
        ages = [max(0.0, now - moment) for moment in recorded]
        telemetry.FRESHNESS.observe(self._name, ages)
        self.recent.add(recorded, ages)
        telemetry.LAST_EVENT.labels(self._name).set(max(recorded))

    def states(self, rows: Collection[Progress]) -> None:
        states = [row.state for row in rows]
        for state in (FORKED, INCOMPLETE):
            telemetry.STOPPED.labels(self._name, state).set(states.count(state))

    def parked(self, events: int, oldest: float) -> None:
        telemetry.PARKED.labels(self._name).set(events)
        telemetry.PARKED_OLDEST.labels(self._name).set(oldest)
