"""Where a stream must be for a command to be decided: what an If-Match says.

Not what makes decisions right (the mark does that): it carries over what a person saw when they decided by hand.
"""

from typing import NamedTuple
from uuid import UUID

from channel_events.pure import Rejected, stream_tag


class Expect(NamedTuple):
    """The tags of which the stream must have one; None: any that is there."""

    tags: frozenset[str] | None

    def check(self, version: int, last: UUID | None) -> None:
        """`Rejected` (``precondition_failed``) with the present tag as its fact ``current``."""
        if (tag := stream_tag(version, last)) is None or (self.tags is not None and tag not in self.tags):
            raise Rejected("precondition_failed", current=tag)
