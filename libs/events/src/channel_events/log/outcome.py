"""What a caller gets back."""

from uuid import UUID

import msgspec

from channel_events.pure import Recorded, stream_tag


class Appended(msgspec.Struct, frozen=True):
    """The events that a command wrote, none when everything was as wanted already.

    ``position`` is that of the last event, or of the log when nothing was written; ``replayed`` tells that the command
    key was known and these are the events of its first time. ``version`` and ``last`` are those of the first target's
    stream after the command.
    """

    events: tuple[Recorded, ...]
    position: int
    replayed: bool = False
    version: int = 0
    last: UUID | str | None = None

    @property
    def tag(self) -> str | None:
        """The tag that the first target's stream had after the command; a repeat that wrote nothing of it has none."""
        return stream_tag(self.version, self.last)

    @property
    def token(self) -> str:
        """What a reader waits for to see this write: ``<position>;<partition>:<position>,...`` of its public events."""
        tails = {event.partition: event.position for event in self.events if event.partition is not None}
        return f"{self.position};" + ",".join(f"{partition}:{position}" for partition, position in sorted(tails.items()))
