"""A reaction kept up with its source, for ever."""

from typing import Any

from channel_events.broker import Broker
from channel_events.log import Log
from channel_events.reaction import Reaction
from channel_events.subscription.effect import Effect
from channel_events.subscription.progress import Progress
from channel_events.subscription.reaction_effect import ReactionEffect
from channel_events.subscription.subscription import Subscription
from channel_events.view import Topic


class ReactionSubscription(Subscription):
    """Appends to ``log`` what ``reaction`` makes of its source's events."""

    def __init__(
        self,
        reaction: Reaction,
        *,
        dsn: str,
        broker: Broker,
        service: str,
        log: Log,
        check_seconds: float = 60,
    ) -> None:
        source = reaction.source
        super().__init__(
            f"{reaction.subscription}:{source.name}",
            f"react {reaction.name}",
            source,
            dsn=dsn,
            broker=broker,
            service=service,
            registry=source.registry if isinstance(source, Topic) else log.registry,
            wake=log.wake(),
            check_seconds=check_seconds,
        )
        self.reaction, self._log = reaction, log

    async def _begin(self, connection: Any, partitions: list[int]) -> tuple[Effect, dict[int, Progress]]:
        effect = ReactionEffect(self.reaction, self.source.name, self._registry, self._log)
        return effect, await effect.table.load(connection, partitions)
