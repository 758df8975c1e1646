"""A public event as a Kafka record: CloudEvents 1.0, Kafka binding, binary mode.

The record is a pure function of its row in ``event`` (test_envelope.py compares it with a golden file): whoever sends it,
and however often, it is the same. Key: the stream. Value: the stored data, byte for byte. Timestamp: ``recorded_at``.
Headers: the CloudEvents attributes, ours among them as extensions. Positions are extensions of type String, because the
Integer of CloudEvents has 32 bits.
"""

from datetime import UTC, date, datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from channel_events.once import Once
from channel_events.pure import Recorded, Registry

COLUMNS = (
    "position, id, stream, version, type, data, occurred_on, recorded_at, recorded_on, "
    "partition, previous_position, previous_id, actor, reason, correlation, causation, trace"
)

Headers = list[tuple[str, bytes]]

_OPTIONAL = {"reason": "ce_reason", "correlation": "ce_correlation", "causation": "ce_causation", "trace": "ce_traceparent"}
"""A traceparent goes by its name in the CloudEvents extension for distributed tracing."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Unreadable:
    """Stands for the data of an event whose type is known and whose data is not as that type says."""

    def __init__(self, error: msgspec.DecodeError) -> None:
        self.error = error


class Encoder:
    """Rows of one service's log to records."""

    def __init__(self, service: str) -> None:
        self._source = service.encode()
        self._prefix = wire_prefix(service)

    def headers(self, row: Any) -> Headers:
        headers = [
            ("ce_specversion", b"1.0"),
            ("ce_id", str(row["id"]).encode()),
            ("ce_source", self._source),
            ("ce_type", (self._prefix + row["type"]).encode()),
            ("ce_subject", row["stream"].encode()),
            ("ce_time", row["recorded_at"].isoformat().encode()),
            ("content-type", b"application/json"),
            ("ce_position", b"%d" % row["position"]),
            ("ce_previousposition", b"%d" % row["previous_position"]),
            ("ce_previousid", str(row["previous_id"]).encode()),
            ("ce_streamversion", b"%d" % row["version"]),
            ("ce_recordedon", row["recorded_on"].isoformat().encode()),
            ("ce_actor", row["actor"].encode()),
        ]
        if row["occurred_on"] is not None:
            headers.append(("ce_occurredon", row["occurred_on"].isoformat().encode()))
        headers.extend((header, row[name].encode()) for name, header in _OPTIONAL.items() if row[name] is not None)
        return headers


def timestamp_ms(row: Any) -> int:
    """``recorded_at`` as Kafka's record timestamp, in milliseconds since 1970, rounded down."""
    since = row["recorded_at"] - _EPOCH
    return int(since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000)


class Decoder:
    """Records of one service's topic to `Recorded`, with the reader's models of its events."""

    def __init__(self, service: str, registry: Registry) -> None:
        self._service = service
        self._prefix = wire_prefix(service)
        self._decode = registry.decode

    def event(self, record: Any) -> Recorded | None:
        """The event; None for a record that is not one of ours at all, which somebody else put into the topic. Its headers are read once,
        however many of this process get it (test_a_record_is_opened_once_whoever_reads_it)."""
        if (opened := _OPENED(record)) is None:
            return None
        type_ = opened.type.removeprefix(self._prefix)
        return replace(opened, source=self._service, type=type_, data=read(self._decode, type_, opened.raw))


def _opened(record: Any) -> Recorded | None:
    """What the headers tell, with the type as it is on the wire, and the data not read yet."""
    h = dict(record.headers)
    try:
        occurred, reason = h.get("ce_occurredon"), h.get("ce_reason")
        correlation, causation, trace = h.get("ce_correlation"), h.get("ce_causation"), h.get("ce_traceparent")
        return Recorded(
            source="",
            position=int(h["ce_position"]),
            id=h["ce_id"].decode(),
            stream=record.key.decode() if record.key else "",
            version=int(h["ce_streamversion"]),
            type=h["ce_type"].decode(),
            data=None,
            recorded_at=datetime.fromisoformat(h["ce_time"].decode()),
            recorded_on=date.fromisoformat(h["ce_recordedon"].decode()),
            occurred_on=None if occurred is None else date.fromisoformat(occurred.decode()),
            partition=record.partition,
            previous_position=int(h["ce_previousposition"]),
            previous_id=h["ce_previousid"].decode(),
            actor=h["ce_actor"].decode(),
            reason=None if reason is None else reason.decode(),
            correlation=None if correlation is None else correlation.decode(),
            causation=None if causation is None else causation.decode(),
            trace=None if trace is None else trace.decode(),
            raw=record.value or b"",
        )
    except (KeyError, ValueError):
        return None


_OPENED = Once(_opened)


def from_row(service: str, registry: Registry, row: Any) -> Recorded:
    """A row of the own log, public or private, as a view reads it."""
    return recorded(service, row, read(registry.decode, row["type"], row["data"]), row["data"])


def recorded(service: str, row: Any, data: Any, raw: bytes = b"") -> Recorded:
    """A row of the own log with its event, decoded."""
    previous = row["previous_id"]
    return Recorded(
        source=service,
        position=row["position"],
        id=str(row["id"]),
        stream=row["stream"],
        version=row["version"],
        type=row["type"],
        data=data,
        recorded_at=row["recorded_at"],
        recorded_on=row["recorded_on"],
        occurred_on=row["occurred_on"],
        partition=row["partition"],
        previous_position=row["previous_position"],
        previous_id=None if previous is None else str(previous),
        actor=row["actor"],
        reason=row["reason"],
        correlation=row["correlation"],
        causation=row["causation"],
        trace=row["trace"],
        raw=raw,
    )


def read(decode: Any, type_: str, data: bytes) -> Any:
    """The event object, None for an unknown type, `Unreadable` for bad data: one bad event must not hide its neighbours."""
    try:
        return decode(type_, data)
    except msgspec.DecodeError as error:
        return Unreadable(error)


def wire_prefix(service: str) -> str:
    """``orders_inventory.`` of ``orders-inventory``: how its types begin in the published language."""
    return f"{service.replace('-', '_')}."
