"""The answer to a command."""

from typing import Any, Self

from channel_events.log import Appended
from pydantic import BaseModel, Field


class WrittenEvent(BaseModel):
    """An event that the command wrote; ``/v1/events/{id}`` shows it whole."""

    id: str = Field(examples=["0f1b6d5e-7a63-4c0e-9d0e-6f4a1f6f2b11"])
    type: str = Field(examples=["partner_applied"])
    position: int = Field(examples=[1042])


class Receipt(BaseModel):
    """What a command did. Made only from the events it wrote, so a repeated Idempotency-Key gives the same answer."""

    id: str = Field(description="The thing commanded.", examples=["p-1001"])
    changed: bool = Field(description="False when everything already was as commanded.")
    events: list[WrittenEvent]
    token: str = Field(description="Names this write to reads that shall have seen it.", examples=["1042;3:1042"])

    @classmethod
    def of(cls, id_: str, appended: Appended, **more: Any) -> Self:
        """The receipt of what was appended for ``id_``; ``more`` are fields of a subclass."""
        events = [WrittenEvent(id=event.id, type=event.type, position=event.position) for event in appended.events]
        return cls(id=id_, changed=bool(events), events=events, token=appended.token, **more)
