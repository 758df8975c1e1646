"""A notice: that an event of another service is to be sent to one webhook. Its stream is named by both, so there is only one."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from channel_events.pure import Decider, Known, Need, Recorded, event, tell
from msgspec import Struct


class Subscriber(Struct, frozen=True):
    """A webhook that wants to be sent events of these types."""

    webhook_id: str
    partner_id: str | None
    event_types: frozenset[str]

    def asks_for(self, event: Recorded) -> bool:
        """By its type."""
        service = event.source.replace("-", "_")
        return f"{service}.{event.type}" in self.event_types or f"{service}.*" in self.event_types

    def may_have(self, data: dict[str, Any]) -> bool:
        """A partner's gets only what names it as the partner that it is about."""
        return self.partner_id in (None, data.get("partner_id"))


SUBSCRIBERS: Need[tuple[Subscriber, ...]] = Need("subscribers")
"""All that are active and have a secret, under the key ``ALL``."""
ALL = ""


@event("notice_wanted")
class NoticeWanted(Struct, frozen=True, kw_only=True):
    """``data`` of the event ``event_id``, recorded at ``recorded_at``, is to be sent to the webhook."""

    webhook_id: str
    partner_id: str | None
    event_type: str
    event_id: str
    recorded_at: datetime
    data: dict[str, Any]


class WantNotice(NoticeWanted, frozen=True, kw_only=True):
    """Asks for it; again changes nothing."""


def decide(command: WantNotice, wanted: bool, _: Known) -> Iterator[NoticeWanted]:
    if not wanted:
        yield tell(NoticeWanted, command)


def evolve(_: bool, __: NoticeWanted) -> bool:
    return True


NOTICE: Decider[WantNotice, bool, NoticeWanted] = Decider("notice", initial=False, decide=decide, evolve=evolve, events=[NoticeWanted])
