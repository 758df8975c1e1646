"""A reaction kept up with its source, for ever."""

from typing import Any, Unpack

from channel_events.log import Log
from channel_events.reaction import Reaction
from channel_events.subscription.effect import Effect
from channel_events.subscription.progress import Progress
from channel_events.subscription.reaction_effect import ReactionEffect
from channel_events.subscription.subscription import Site, Subscription


class ReactionSubscription(Subscription):
    """Appends to ``log`` what ``reaction`` makes of its source's events."""

    def __init__(self, reaction: Reaction, *, log: Log, **site: Unpack[Site]) -> None:
        super().__init__(reaction.subscription, f"react {reaction.name}", reaction.source, log.registry, log.wake(), **site)
        self.reaction, self._log = reaction, log

    async def _begin(self, connection: Any, partitions: list[int]) -> tuple[Effect, dict[int, Progress]]:
        effect = ReactionEffect(self.reaction, self.source.name, self._registry, self._log)
        return effect, await effect.table.load(connection, partitions)
