"""Folding a build that is not read, beside the one that is."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Unpack

from channel_events.pure import Registry
from channel_events.subscription.effect import Effect
from channel_events.subscription.progress import Progress, Zombie
from channel_events.subscription.retiring import building
from channel_events.subscription.serving import use_build
from channel_events.subscription.source import Source
from channel_events.subscription.subscription import Site, Subscription
from channel_events.subscription.view_effect import ViewEffect
from channel_events.view import OwnLog, Topic, View

from channel_operate.limited import LimitedSource

_UNHURRIED = "select set_config('lock_timeout', '0', false), set_config('statement_timeout', '0', false)"


class BuildSubscription(Subscription):
    """Folds ``source`` into build ``build`` of ``view``, as `ViewSubscription` folds the serving one.

    ``limit``: positions by partition behind which nothing is applied; it may be moved on. None is for ever without any.
    """

    statement_seconds = None
    """Its rows are held while its indexes are made, however long that takes."""
    shared = told = False

    def __init__(
        self, view: View, build: int, source: OwnLog | Topic, *, registry: Registry, limit: Mapping[int, int] | None, **site: Unpack[Site]
    ) -> None:
        self._look = asyncio.Event()
        super().__init__(building(view, build), f"build {view.name}", source, registry, self._look, **site)
        self.limit = limit
        self._view, self._build = view, build
        self._limited: LimitedSource | None = None

    def hurry(self) -> None:
        """Looks for more at once."""
        self._look.set()

    def reached(self, places: Mapping[int, int]) -> bool:
        """Whether everything up to these positions is applied, and nearly everything of the partitions that are not named."""
        if not self._rows or (not places.keys() >= self._rows.keys() and not self.near()):
            return False
        if self._limited is not None:
            return self._limited.reached(places)
        return all(self._rows[partition].place.position >= position for partition, position in places.items() if partition in self._rows)

    async def _begin(self, connection: Any, partitions: list[int]) -> tuple[Effect, dict[int, Progress]]:
        """Its rows were made with its tables. They are never made here: after the switch they would be new ones, and all
        events be folded a second time into what is read by then
        (test_a_build_that_begins_again_after_the_switch_writes_nothing)."""
        effect = ViewEffect(self._view, self.source.name, self._registry, building(self._view, self._build), build=self._build)
        await connection.execute(_UNHURRIED)
        await use_build(connection, self._view.subscription, self._build)
        rows = await effect.table.read(connection)
        if not rows.keys() >= set(partitions):
            raise Zombie(f"{self.name} is no build any more")
        return effect, rows

    @asynccontextmanager
    async def _open(self, connection: Any, partitions: Sequence[int]) -> AsyncIterator[tuple[Effect, Source]]:
        async with super()._open(connection, partitions) as (effect, source):
            self._limited = None if self.limit is None else LimitedSource(source, self._rows, lambda: self.limit or {})
            yield effect, self._limited or source
