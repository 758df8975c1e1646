"""Sending rows to the topic, partition by partition, and hearing that the broker has them."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from channel_events.bell import Ringer
from channel_events.broker import Broker
from channel_events.envelope import Encoder, timestamp_ms
from channel_events.relay.state import Mark, Remembered
from channel_events.signature import HEADER
from channel_events.tasks import whole, within

ACK_SECONDS = 10
"""The broker's confirmations are awaited for so long; aiokafka itself would wait for ever."""
_STOP_SECONDS = 1


class OffsetsWentBack(Exception):
    """The broker confirmed at an offset that it had given before: it forgot records, the topic has to be audited."""


class Publisher:
    """One producer on one topic; dropped after any failure, because aiokafka's may never recover."""

    def __init__(self, producer: Any, broker: Broker, topic: str, encoder: Encoder) -> None:
        self._producer, self._topic, self._encoder = producer, topic, encoder
        self._signature, self._ringer = broker.signature(topic), Ringer(broker)

    @classmethod
    @asynccontextmanager
    async def open(cls, broker: Broker, topic: str, encoder: Encoder) -> AsyncIterator["Publisher"]:
        producer = broker.producer()
        try:
            await broker.start(producer)
            one = cls(producer, broker, topic, encoder)
            try:
                yield one
            finally:
                one._ringer.close()
        finally:
            await whole(_end(producer))

    async def send(self, rows: Sequence[Any], remembered: dict[int, Remembered]) -> None:
        """Sends rows in order and returns when the broker has confirmed all; ``remembered`` then holds where they are.

        What is remembered goes on only where the confirmed records follow it without a break: behind a break somebody
        else has sent, and only an audit can tell what.
        """
        by_partition: dict[int, list[Any]] = defaultdict(list)
        for row in rows:
            by_partition[row["partition"]].append(row)
        async with within(ACK_SECONDS, f"the broker did not confirm {len(rows)} events"):
            sent = [one for partition, part in by_partition.items() for one in await self._send(partition, part)]
            # All of them, so that no failure is left unheard; the first one is raised.
            confirmed = await asyncio.gather(*(confirmation for _, confirmation in sent), return_exceptions=True)
            for (part, _), metadata in zip(sent, confirmed, strict=True):
                if isinstance(metadata, BaseException):
                    raise metadata
                _remember(remembered, metadata.partition, metadata.offset, part)
        self._ringer.ring(self._topic)

    async def _send(self, partition: int, rows: list[Any]) -> list[tuple[list[Any], Any]]:
        """Fills batches as large as they may be; each with the confirmation to await."""
        sent, start = [], 0
        while start < len(rows):
            batch, stop = self._producer.create_batch(), start
            while stop < len(rows) and self._append(batch, rows[stop]):
                stop += 1
            sent.append((rows[start:stop], await self._producer.send_batch(batch, self._topic, partition=partition)))
            start = stop
        return sent

    def _append(self, batch: Any, row: Any) -> bool:
        """Whether there was room for it; an empty batch has room for any record."""
        key, headers = row["stream"].encode(), self._encoder.headers(row)
        if self._signature:
            headers.append((HEADER, self._signature.of(row["partition"], key, row["data"], headers)))
        return batch.append(key=key, value=row["data"], timestamp=timestamp_ms(row), headers=headers) is not None


async def _end(producer: Any) -> None:
    """Ends a producer, also one that cannot flush because its broker is gone: aiokafka's `stop` waits for that for ever,
    and its sending task, left alone, would send the rest to the next broker on that address."""
    try:
        async with asyncio.timeout(_STOP_SECONDS):
            await producer.stop()
    except Exception:
        # A client that is closed again awaits the task it cancelled before, and so raises that cancellation here: passed on,
        # it would end the relay as if somebody had cancelled it (test_a_producer_that_cannot_stop_cancels_nobody).
        with contextlib.suppress(Exception, asyncio.CancelledError):
            await producer._sender.close()
        with contextlib.suppress(Exception, asyncio.CancelledError):
            await producer.client.close()


def _remember(remembered: dict[int, Remembered], partition: int, offset: int, rows: Sequence[Any]) -> None:
    known = remembered.get(partition)
    first, last = rows[0], rows[-1]
    if known is None:
        if offset == 0 and first["previous_position"] == 0:
            begin = Mark(0, first["position"], str(first["id"]))
            remembered[partition] = Remembered(begin, Mark(len(rows) - 1, last["position"], str(last["id"])))
        return
    if offset <= known.last.offset:
        raise OffsetsWentBack(f"partition {partition}: confirmed at {offset}, had {known.last.offset}")
    if offset == known.last.offset + 1 and str(first["previous_id"]) == known.last.id:
        end = Mark(offset + len(rows) - 1, last["position"], str(last["id"]))
        remembered[partition] = Remembered(known.first, end, known.lost)
