"""What a subscription reads from, be it the own log or a topic."""

from typing import Protocol

from channel_events.subscription.progress import Progress
from channel_events.subscription.step import Step


class Source(Protocol):
    """Where steps come from."""

    @property
    def caught_up(self) -> bool:
        """Whether the last look found nothing behind what is applied."""

    @property
    def near(self) -> bool:
        """Whether no more than a batch is left."""

    @property
    def seen(self) -> int:
        """The last position read."""

    async def read(self) -> list[Step]:
        """The next steps, at most one for each partition; none after a moment without any."""

    def committed(self, progress: Progress) -> None:
        """A row is moved: what is read next is behind it."""

    async def hold(self, partition: int, offset: int | None) -> None:
        """The last step of this partition was not applied whole: reads it no more until told to `go_on`, then from there on."""

    def go_on(self, partition: int) -> None:
        """Reads a partition again."""
