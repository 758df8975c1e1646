"""The next thing to do in one partition: what to apply, and where its progress row stands afterwards."""

import msgspec

from channel_events.pure import Recorded
from channel_events.subscription.links import Place
from channel_events.subscription.progress import RUNNING, Progress


class Step(msgspec.Struct, frozen=True):
    """Events to apply (none when only the row moves, or nothing does) and the row's next content."""

    partition: int
    events: list[Recorded]
    offsets: list[int | None]
    place: Place
    offset: int | None
    state: str = RUNNING
    moves: bool = True
    skipped: int = 0
    forked: Recorded | None = None

    def after(self, at: Progress) -> Progress:
        """The row as this step leaves it."""
        return Progress(self.partition, at.revision + 1, self.place, self.offset, self.state, at.effects_from)

    def part(self, start: int, stop: int) -> "Step":
        """Only these of its events, and the row at the last of them."""
        last = self.events[stop - 1]
        if stop == len(self.events):
            return Step(self.partition, self.events[start:], self.offsets[start:], self.place, self.offset, self.state, forked=self.forked)
        return Step(
            self.partition, self.events[start:stop], self.offsets[start:stop], Place(last.position, last.id), self.offsets[stop - 1]
        )
