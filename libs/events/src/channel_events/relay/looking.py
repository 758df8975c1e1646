"""Whether the broker that the relay sends to is still the one that it audited."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiokafka.errors import KafkaError

from channel_events.broker import cluster_id
from channel_events.tasks import end, next_tick

_EVERY_SECONDS = 2.0
_NEWS_SECONDS = 3.0


class OtherBroker(Exception):
    """The cluster id changed: another broker answers, or one that forgot everything."""


class Looking:
    """Asks for the cluster's id again and again, beside whoever sends: an idle relay would not notice that a broker forgot everything,
    for it sends nothing that could fail, and one that sends would wait for it until its time is up.

    Of several nodes one may stand still, and be the one that is asked: what waits then is the question, not the sending
    (test_a_question_that_nobody_answers_holds_nobody_up).
    """

    def __init__(self, admin: Any, cluster: str) -> None:
        self._admin, self._cluster = admin, cluster
        self._answered = time.monotonic()
        self.task = asyncio.create_task(self._look())

    @classmethod
    @asynccontextmanager
    async def at(cls, admin: Any, cluster: str) -> AsyncIterator["Looking"]:
        looking = cls(admin, cluster)
        try:
            yield looking
        finally:
            await end(looking.task)

    def check(self) -> None:
        """Raises what was seen: `OtherBroker`, or what the client says when two questions were not answered."""
        if self.task.done():
            self.task.result()

    @property
    def fresh(self) -> bool:
        """Whether it answered just now."""
        return time.monotonic() - self._answered < _NEWS_SECONDS

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(next_tick(_EVERY_SECONDS))
            try:
                found = await cluster_id(self._admin)
            except KafkaError:
                found = await cluster_id(self._admin)  # of another node, if there is one
            if found != self._cluster:
                raise OtherBroker(f"not {self._cluster} any more")
            self._answered = time.monotonic()
