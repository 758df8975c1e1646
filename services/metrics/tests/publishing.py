"""Other services' logs and topics, as their relays send them."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec
from channel_events import Recorded
from channel_events.broker import Broker  # import-rule: plays a publisher
from channel_events.envelope import Encoder  # import-rule: plays a publisher
from channel_events.relay.publishing import Publisher  # import-rule: plays a publisher


def rows_of(events: Iterable[Recorded], before: Sequence[dict[str, Any]] = ()) -> list[dict[str, Any]]:
    """Events as rows of their publisher's log, linked by partition, behind those ``before``."""
    tails = {row["partition"]: row for row in before}
    rows = []
    for position, event in enumerate(events, len(before) + 1):
        previous = tails.get(event.partition)
        row = {name: getattr(event, name) for name in event.__struct_fields__}
        row |= {"position": position, "id": UUID(int=position), "stream": f"order/{getattr(event.data, 'order_id', position)}"}
        row |= {"previous_position": previous["position"] if previous else 0, "previous_id": previous["id"] if previous else UUID(int=0)}
        row["data"] = msgspec.json.encode(event.data)
        rows.append(row)
        tails[event.partition] = row
    return rows


async def publish(kafka: str, prefix: str, service: str, rows: Sequence[dict[str, Any]], slices: int = 1) -> None:
    broker = Broker(kafka, prefix=prefix)
    topic = broker.topic(service)
    async with broker.admin() as admin:
        await broker.ensure_topic(admin, topic)
    size = -(-len(rows) // slices)
    async with Publisher.open(broker, topic, Encoder(service)) as sender:
        for start in range(0, len(rows), size):
            await sender.send(rows[start : start + size], {})
