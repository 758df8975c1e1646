"""Folding a build that is not read, up to a place or until told to stop."""

from collections.abc import Mapping
from typing import Any

from channel_events.pure import Registry
from channel_events.subscription.builds import building
from channel_events.subscription.effect import Effect
from channel_events.subscription.progress import Progress
from channel_events.subscription.serving import use_build
from channel_events.subscription.subscription import Subscription
from channel_events.subscription.view_effect import ViewEffect
from channel_events.view import OwnLog, Topic, View


class BuildSubscription(Subscription):
    """Folds ``source`` into build ``build`` of ``view``, as `ViewSubscription` folds the serving one.

    With ``limit``, a position for each partition, it applies nothing behind them, and `run` returns when it is there.
    """

    def __init__(
        self, view: View, build: int, source: OwnLog | Topic, *, registry: Registry, limit: Mapping[int, int] | None, **more: Any
    ) -> None:
        name = building(view, build)
        super().__init__(
            f"{name}:{source.name}",
            f"build {view.name}",
            source,
            registry=source.registry if isinstance(source, Topic) else registry,
            wake=None,
            check_seconds=60,
            **more,
        )
        self.limit = limit
        self._view, self._build = view, build

    async def _begin(self, connection: Any, partitions: list[int]) -> tuple[Effect, dict[int, Progress]]:
        effect = ViewEffect(self._view, self.source.name, self._registry, building(self._view, self._build))
        await use_build(connection, self._view.subscription, self._build)
        return effect, await effect.table.load(connection, partitions)
