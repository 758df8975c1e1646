"""An event as the log holds it, and who wrote it why."""

from datetime import date, datetime
from typing import Any

import msgspec


def stream_id(kind: str, key: str) -> str:
    """``order/shop:1001``: the kind before the first slash, the key after it."""
    return f"{kind}/{key}"


def stream_key(stream: str) -> str:
    """The key of a stream id: ``shop:1001`` of ``order/shop:1001``."""
    return stream.partition("/")[2]


def stream_tag(version: int, last: object) -> str | None:
    """Names a stream's very state: its version and the id of its last event; none for a stream without events.

    Not the version alone: after a restore it can be right by somebody else's event.
    """
    return None if last is None else f"{version}-{last}"


class Actor(msgspec.Struct, frozen=True, gc=False):
    """Who acts, why, and in which chain of causes; kept with every event.

    ``trace`` is a W3C traceparent; `Log.execute` fills it in when the caller is being traced.
    """

    subject: str
    reason: str | None = None
    correlation: str | None = None
    causation: str | None = None
    trace: str | None = None


class CommandKey(msgspec.Struct, frozen=True, gc=False):
    """What makes a repeated command one: the sender's key, and the hash of the body it must come with.

    Keys of different senders do not meet. ``owner`` is whose key it is when it is not the actor's: a file that two people
    import is one file.
    """

    key: str
    body_hash: bytes
    owner: str | None = None

    def name(self, by: Actor) -> tuple[str, str]:
        """What the log knows the key by."""
        return (self.owner or by.subject, self.key)


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """One event with its place in its service's log.

    ``position`` is in commit order within one log, without gaps between restores; ``id`` proves it. ``occurred_on`` is the business date
    (computed by the publisher in the brand's zone), ``recorded_at`` the log's clock (never going back along the log)
    and ``recorded_on`` its day in the brand's zone. ``data`` is the decoded event, or ``None`` when the reader does not
    know its type; ``raw`` is it as stored, byte for byte, where it was read to be folded. ``partition`` and the link to
    the partition's previous public event are set on public events only.
    """

    source: str
    position: int
    id: str
    stream: str
    version: int
    type: str
    data: Any
    recorded_at: datetime
    recorded_on: date
    occurred_on: date | None = None
    partition: int | None = None
    previous_position: int | None = None
    previous_id: str | None = None
    actor: str = ""
    reason: str | None = None
    correlation: str | None = None
    causation: str | None = None
    trace: str | None = None
    raw: bytes = b""

    @property
    def key(self) -> str:
        return stream_key(self.stream)
