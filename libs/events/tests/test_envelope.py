"""A public event as a Kafka record: a pure function of its row, valid CloudEvents 1.0, and back."""

import json
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import msgspec
import pytest
from channel_events.envelope import Decoder, Encoder, Unreadable, from_row, timestamp_ms
from channel_events.once import Once
from channel_events.pure import Recorded, Registry, event
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event
from cloudevents.core.formats.json import JSONFormat

from .specimen import MarblesTaken

ROW: dict[str, Any] = {
    "position": 5_000_000_007,
    "id": UUID("0197d7a0-0000-7000-8000-000000000001"),
    "stream": "jar/红:1",
    "version": 3,
    "type": "marbles_taken",
    "data": b'{"count":2,"occurred_on":"2026-01-31"}',
    "occurred_on": date(2026, 1, 31),
    "recorded_at": datetime(2026, 1, 31, 17, 0, 0, 123456, tzinfo=UTC),
    "recorded_on": date(2026, 2, 1),
    "partition": 4,
    "previous_position": 5_000_000_001,
    "previous_id": UUID("0197d7a0-0000-7000-8000-000000000000"),
    "actor": "ann",
    "reason": "客户要求",
    "correlation": "c-1",
    "causation": None,
    "trace": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
}
GOLDEN = {
    "ce_specversion": "1.0",
    "ce_id": "0197d7a0-0000-7000-8000-000000000001",
    "ce_source": "the-specimen",
    "ce_type": "the_specimen.marbles_taken",
    "ce_subject": "jar/红:1",
    "ce_time": "2026-01-31T17:00:00.123456+00:00",
    "content-type": "application/json",
    "ce_position": "5000000007",
    "ce_previousposition": "5000000001",
    "ce_previousid": "0197d7a0-0000-7000-8000-000000000000",
    "ce_streamversion": "3",
    "ce_recordedon": "2026-02-01",
    "ce_occurredon": "2026-01-31",
    "ce_actor": "ann",
    "ce_reason": "客户要求",
    "ce_correlation": "c-1",
    "ce_traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
}
REGISTRY = Registry([MarblesTaken])


def sent(**changes: Any) -> tuple[int, bytes, bytes, list[tuple[str, bytes]]]:
    row = {**ROW, **changes}
    return row["partition"], row["stream"].encode(), row["data"], Encoder("the-specimen").headers(row)


def came(**changed: Any) -> SimpleNamespace:
    """The same as a reader gets it."""
    return SimpleNamespace(**dict(zip(("partition", "key", "value", "headers"), sent(**changed), strict=True)))


def test_a_record_is_a_pure_function_of_its_row() -> None:
    headers = Encoder("the-specimen").headers(ROW)
    assert {name: value.decode() for name, value in headers} == GOLDEN
    assert timestamp_ms(ROW) == 1769878800123


def test_a_record_is_a_cloud_event_for_others() -> None:
    _, key, value, headers = sent()
    message = KafkaMessage(headers=dict(headers), key=key, value=value)
    found = from_binary_event(message, JSONFormat())
    assert (found.get_id(), found.get_type(), found.get_source()) == (GOLDEN["ce_id"], GOLDEN["ce_type"], "the-specimen")
    assert found.get_time() == ROW["recorded_at"]
    assert found.get_extension("previousposition") == "5000000001"
    data = found.get_data()
    assert data == json.loads(ROW["data"])


def test_a_record_comes_back_as_the_row_it_was() -> None:
    found = Decoder("the-specimen", REGISTRY).event(came())
    assert found == from_row("the-specimen", REGISTRY, ROW)
    assert isinstance(found, Recorded)
    assert found.data == MarblesTaken(2, date(2026, 1, 31))


def test_what_is_not_known_of_an_event_stays_unknown_and_the_event_keeps_its_place() -> None:
    bare = {"occurred_on": None, "reason": None, "correlation": None, "trace": None, "type": "marbles_painted", "data": b"{}"}
    found = Decoder("the-specimen", REGISTRY).event(came(**bare))
    assert found is not None
    assert (found.data, found.type, found.position, found.reason) == (None, "marbles_painted", 5_000_000_007, None)


def test_fields_that_came_later_are_ignored() -> None:
    found = Decoder("the-specimen", REGISTRY).event(came(data=b'{"count":2,"occurred_on":"2026-01-31","colour":"red"}'))
    assert found is not None
    assert found.data == MarblesTaken(2, date(2026, 1, 31))


@pytest.mark.parametrize("data", [b'{"count":"two","occurred_on":"2026-01-31"}', b"{", b"\xff"])
def test_bad_data_does_not_hide_the_event_it_belongs_to(data: bytes) -> None:
    found = Decoder("the-specimen", REGISTRY).event(came(data=data))
    assert found is not None
    assert isinstance(found.data, Unreadable)
    assert isinstance(found.data.error, msgspec.DecodeError | UnicodeDecodeError)


@pytest.mark.parametrize("missing", ["ce_id", "ce_position", "ce_time", "ce_previousid"])
def test_a_record_that_is_not_ours_is_none(missing: str) -> None:
    record = came()
    record.headers = [header for header in record.headers if header[0] != missing]
    assert Decoder("the-specimen", REGISTRY).event(record) is None


def test_second_versions_of_an_event_are_types_of_their_own() -> None:
    @event("marbles_taken", version=2, public=True)
    class MarblesTakenV2(msgspec.Struct, frozen=True):
        weight: int

    found = Decoder("the-specimen", Registry([MarblesTaken, MarblesTakenV2])).event(came(type="marbles_taken.v2", data=b'{"weight":7}'))
    assert found is not None
    assert found.data == MarblesTakenV2(7)


class Came:
    """A record as several readers get it, that counts how often it is opened."""

    def __init__(self) -> None:
        self.partition, self.key, self.value, self._headers = sent()
        self.opened = 0

    @property
    def headers(self) -> list[tuple[str, bytes]]:
        self.opened += 1
        return self._headers


def test_a_record_is_opened_once_whoever_reads_it() -> None:
    one, other = Decoder("the-specimen", REGISTRY), Decoder("the-specimen", Registry([]))
    record, alike = Came(), Came()
    assert one.event(record) == from_row("the-specimen", REGISTRY, ROW)
    assert (found := other.event(record)) is not None
    assert (found.data, found.type, found.id) == (None, "marbles_taken", GOLDEN["ce_id"])
    assert one.event(alike) == one.event(record)
    assert (record.opened, alike.opened) == (1, 1)


@pytest.mark.parametrize(("size", "most"), [(0, 1_000), (400_000, 10), (9_000_000, 1)])
def test_few_records_are_remembered_and_few_bytes(size: int, most: int) -> None:
    seen: list[int] = []

    def look(record: Any) -> int:
        seen.append(record.number)
        return int(record.number)

    value = bytes(size)
    once, records = Once(look), [SimpleNamespace(number=number, value=value) for number in range(3_000)]
    assert [once(record) for record in records] == [once(record) for record in records] == list(range(3_000))
    assert len(seen) == 6_000
    assert len(once._known) <= most
    assert [once(records[-1]), len(seen)] == [2_999, 6_000]
