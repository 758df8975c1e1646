"""What a client of the broker is made to do around each of its fetches. aiokafka has no place for it: it tells only of records."""

from collections import defaultdict
from typing import Any, Protocol

from aiokafka import TopicPartition


class Asking(Protocol):
    """Who is told of the fetches of a client."""

    def ask(self) -> None:
        """Before each."""

    def hear(self) -> None:
        """After each answer, and where none came."""

    async def rest(self) -> None:
        """After one without records: returns when the broker may be asked again."""


def attend(consumer: Any, asking: Asking, look_ms: int) -> None:
    """Has this consumer, which is started, tell of each fetch.

    ``look_ms``: how long the broker may look, when it is asked again at once for what it told of and did not give; 0: it is not. The
    embedded broker gives up when the time to wait is over, whether or not it has got to the records: with one millisecond, nothing of
    a partition of some thousand batches was ever read (test_a_partition_of_many_batches_is_read_to_its_end).
    """
    fetcher = consumer._fetcher
    fetch = fetcher._proc_fetch_request

    async def answered(*given: Any) -> Any:
        try:
            return await fetch(*given)
        finally:
            asking.hear()

    async def told(assignment: Any, node: Any, request: Any) -> Any:
        asking.ask()
        found = await answered(assignment, node, request)
        if look_ms and (lacking := _lacking(fetcher, assignment, request)):
            request._topics, request._max_wait_ms = lacking, look_ms
            found = await answered(assignment, node, request) or found
        if not found:
            await asking.rest()
        return found

    fetcher._proc_fetch_request = told


def _lacking(fetcher: Any, assignment: Any, request: Any) -> list[tuple[str, list[tuple[int, int, int]]]]:
    """What of a request was answered without records, though with an end behind the offset that was asked for."""
    found = defaultdict(list)
    for topic, partitions in request.topics if assignment.active else ():
        for partition, offset, most in partitions:
            state = assignment.state_value(tp := TopicPartition(topic, partition))
            if tp not in fetcher._records and state.has_valid_position and state.position == offset and (state.highwater or 0) > offset:
                found[topic].append((partition, offset, most))
    return list(found.items())
