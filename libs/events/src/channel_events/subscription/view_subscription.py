"""A view kept up with one of its sources, for ever."""

import time
from typing import Any, Unpack

from channel_events import telemetry
from channel_events.freshness import Recent
from channel_events.log import Log
from channel_events.pure import Recorded, Registry
from channel_events.subscription.effect import Effect
from channel_events.subscription.joint import Joined, Joint
from channel_events.subscription.own_log import PARTITION
from channel_events.subscription.progress import Progress
from channel_events.subscription.serving import serving_build, use_build
from channel_events.subscription.subscription import Site, Subscription, Turn
from channel_events.subscription.view_effect import ViewEffect
from channel_events.view import OwnLog, Topic, View

ALONE_SECONDS = 5.0
"""Who got up from his seat follows alone for so long at least: where sitting fails at once, nobody sits down and gets up all the time."""


class ViewSubscription(Subscription):
    """Folds the events of ``source`` into ``view``. A source in the own log takes the classes of its events from
    ``registry``, or from ``log``, which also wakes it, and is followed by ``joint`` for this view, too, while it may be."""

    def __init__(
        self,
        view: View,
        source: OwnLog | Topic,
        *,
        log: Log | None = None,
        registry: Registry | None = None,
        joint: Joint | None = None,
        **site: Unpack[Site],
    ) -> None:
        if registry is None:
            registry = log.registry if log is not None else Registry([])
        wake = None if log is None else log.wake()
        super().__init__(view.subscription, f"fold {view.name}", source, registry, wake, **site)
        self.view, self._joint = view, joint
        self._alone_until = 0.0

    @property
    def recent(self) -> Recent:
        """The ages of the last events when they became visible."""
        return self.meters.recent

    async def _sit(self, connection: Any, turn: Turn) -> None:
        joint, source = self._joint, self.source
        if joint is None or not isinstance(source, OwnLog) or not joint.fits(source) or time.monotonic() < self._alone_until:
            return

        def applied(row: Progress, events: list[Recorded]) -> None:
            turn.moved([row])
            telemetry.SOURCE_POSITION.labels(self.name).set(row.place.position)
            self.meters.applied(events, [row])
            self.meters.beat()

        def looked(caught_up: bool) -> None:
            self._caught_up, self._progressed = caught_up, True
            self._pulse.beat()
            if caught_up:
                self.meters.beat()

        await joint.sit(Joined(self.view, source, self._rows[PARTITION], applied, looked, lambda: not connection.is_closed()))
        self._caught_up, self._alone_until = False, time.monotonic() + ALONE_SECONDS

    async def _begin(self, connection: Any, partitions: list[int]) -> tuple[Effect, dict[int, Progress]]:
        """Follows the build that is read: after a switch the old one's row is gone, the session ends as a zombie's, and the
        next one begins here."""
        view = self.view
        effect = ViewEffect(view, self.source.name, self._registry, view.subscription)
        await effect.table.begin(connection, partitions)
        # In one snapshot: rows of the new build with tables of the old one would fold its events there.
        async with connection.transaction(isolation="repeatable_read"):
            build = await serving_build(connection, view.subscription)
            rows = await effect.table.read(connection)
        await use_build(connection, view.subscription, build)
        return effect, rows
