"""What a caller gets back."""

import msgspec

from channel_events.pure import Recorded


class Appended(msgspec.Struct, frozen=True):
    """The events that a command wrote, none when everything was as wanted already.

    ``position`` is that of the last event, or of the log when nothing was written; ``replayed`` tells that the command
    key was known and these are the events of its first time.
    """

    events: tuple[Recorded, ...]
    position: int
    replayed: bool = False

    @property
    def token(self) -> str:
        """What a reader waits for to see this write: ``<position>;<partition>:<position>,...`` of its public events."""
        tails = {event.partition: event.position for event in self.events if event.partition is not None}
        return f"{self.position};" + ",".join(f"{partition}:{position}" for partition, position in sorted(tails.items()))
