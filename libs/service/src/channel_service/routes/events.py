"""The service's own events: where every explanation ends."""

from collections.abc import Set
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from channel_events.pure import Recorded, Rejected
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from channel_service.auth import BRAND, Allow, Principal, Role
from channel_service.dependencies import Caller, PageDep, RuntimeDep
from channel_service.exporting.log_export import EXPORTERS
from channel_service.http.conditional import set_etag
from channel_service.paging import Page
from channel_service.problems.refusals import invalid
from channel_service.runtime import Runtime
from channel_service.seeing import SeenBy

LOOKED_AT = 2_000
"""Events that one answer to who does not see all of them looks at. Where they show it few, pages are short, and go on."""

router = APIRouter(prefix="/v1/events", tags=["events"], dependencies=[Allow(*BRAND, Role.PARTNER)])


class EventView(BaseModel):
    """An event as it was recorded; ``data`` is what it says, in its own type's form."""

    id: str = Field(examples=["0f1b6d5e-7a63-4c0e-9d0e-6f4a1f6f2b11"])
    service: str = Field(examples=["partner-registry"])
    position: int = Field(examples=[1042])
    stream: str = Field(examples=["partner/p-1001"])
    version: int = Field(examples=[1], description="Number of the event in its stream.")
    type: str = Field(examples=["partner_applied"])
    public: bool = Field(description="Whether other services are told.")
    occurred_on: date | None = Field(description="The business date, in the brand's time zone.")
    recorded_at: datetime
    recorded_on: date
    actor: str = Field(examples=["ann@brand.example"], description="Whose token, or which reaction, it was.")
    reason: str | None
    correlation: str | None = Field(description="The request id of what began the chain of causes.")
    causation: str | None
    data: dict[str, Any] | None = Field(description="Null for what this version cannot read.")

    @classmethod
    def of(cls, event: Recorded) -> "EventView":
        return cls(
            service=event.source,
            public=event.partition is not None,
            data=msgspec.to_builtins(event.data) if isinstance(event.data, msgspec.Struct) else None,
            **{name: getattr(event, name) for name in cls.model_fields if name not in {"service", "public", "data"}},
        )


@router.get("/{event_id}", summary="One event")
async def one_event(event_id: str, runtime: RuntimeDep, caller: Caller, response: Response) -> EventView:
    event = await runtime.log.event(event_id)
    if event is None or not _shown(event, caller, await runtime.visible(caller)):
        raise Rejected("not_found", event_id=event_id)
    set_etag(response, f"{event.version}-{event.id}")
    return EventView.of(event)


@router.get("", summary="Events in the order they were recorded", dependencies=[SeenBy()])
async def list_events(
    runtime: RuntimeDep,
    page: PageDep,
    caller: Caller,
    stream: Annotated[str | None, Query(max_length=300, examples=["partner/p-1001"], description="Only this stream's.")] = None,
    after: Annotated[int, Query(ge=0, le=2**63 - 1, description="Only events behind this position.")] = 0,
) -> Page[EventView]:
    """Those who may export the log are shown all of it, others its public events. A partner names the stream, and is shown those that are
    its own."""
    visible = await runtime.visible(caller)
    if stream is None and visible is not None:
        raise invalid("stream", "must be given", "必须填写")
    if (behind := page.after([int])) is not None:
        after = max(after, behind[0])
    most = page.limit if _sees_all(caller) else LOOKED_AT
    reading = runtime.log.read(after=after, limit=most + 1) if stream is None else _stream(runtime, stream, after, most + 1)
    events = await reading
    mine = [event for event in events[:most] if _shown(event, caller, visible)]
    shown, last = mine[: page.limit], None
    if len(mine) > page.limit:
        last = shown[-1]
    elif len(events) > most:
        last = events[most - 1]
    return Page(items=[EventView.of(event) for event in shown], next=page.next([last.position]) if last is not None else None)


def _sees_all(caller: Principal) -> bool:
    return not caller.roles.isdisjoint(EXPORTERS)


def _shown(event: Recorded, caller: Principal, visible: Set[str] | None) -> bool:
    """Private events are the service's own notes. Of a partner are those that name it."""
    if _sees_all(caller):
        return True
    return event.partition is not None and (visible is None or getattr(event.data, "partner_id", None) in visible)


async def _stream(runtime: Runtime, stream: str, after: int, limit: int) -> list[Recorded]:
    """The next events of a stream behind a position of the log."""
    kind, _, key = stream.partition("/")
    for decider in runtime.service.deciders:
        if decider.name == kind:
            version = await runtime.log.version_at(decider, key, after) if after else 0
            return await runtime.log.stream(decider, key, after_version=version, limit=limit)
    return []
