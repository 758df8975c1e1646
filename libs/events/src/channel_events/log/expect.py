"""Where a stream must be for a command to be decided: what an If-Match says.

Not what makes decisions right (the mark does that): it carries over what a person saw when they decided by hand.
"""

from typing import NamedTuple
from uuid import UUID

from channel_events.pure import Rejected


def stream_tag(version: int, last: UUID | str | None) -> str | None:
    """Names a stream's very state: its version and the id of its last event; none for a stream without events.

    Not the version alone: after a restore it can be right by somebody else's event.
    """
    return None if last is None else f"{version}-{last}"


class Expect(NamedTuple):
    """The tags of which the stream must have one; None: any that is there."""

    tags: frozenset[str] | None

    def check(self, version: int, last: UUID | None) -> None:
        """`Rejected` (``precondition_failed``) with the present tag as its fact ``current``."""
        if (tag := stream_tag(version, last)) is None or (self.tags is not None and tag not in self.tags):
            raise Rejected("precondition_failed", current=tag)
