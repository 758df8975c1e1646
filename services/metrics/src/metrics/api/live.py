"""KPI changes as server-sent events."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence, Set
from contextlib import AsyncExitStack
from typing import Annotated, Any
from weakref import WeakKeyDictionary

from channel_events.pure import Rejected
from channel_service import BRAND, Allow, Caller, Role, RuntimeDep
from channel_terms import Calendar
from fastapi import APIRouter, Header
from fastapi.sse import format_sse_event
from msgspec.structs import replace
from prometheus_client import Counter, Gauge
from pydantic import AwareDatetime, BaseModel, Field
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from metrics.api.models import Figure
from metrics.api.parameters import Dates, asking, link, names_in
from metrics.application.answers import value_of
from metrics.application.catalogue import Catalogue
from metrics.application.live import Hub
from metrics.application.live_feed import Client, Feed, Follow, FrameKind
from metrics.application.live_frames import Frame, Frames
from metrics.domain.kpi import Kpi
from metrics.domain.tally import Cell, Tally

BEAT_SECONDS = 15.0
RETRY_MS = 1000
MOST_KPIS, MOST_GROUPINGS = 20, 8

CLIENTS = Gauge("qudao_live_clients", "Who follows KPI changes now.")
EVENTS = Counter("qudao_live_events_total", "Events sent to them.")
ENDED = Counter("qudao_live_ended_total", "Streams ended by the service, by reason.", ["reason"])

_EXAMPLE = """retry: 1000

event: snapshot
data: {"frame":"1041-51b2d3e0","at":"2026-11-24T04:00:00Z","values":[{"group":{},"value":"71","reason":null,"numerator":"71","denominator":null,"currency":null,"facts":"/v1/kpis/orders/facts","kpi":"orders","by":[]}]}
id: 1041-51b2d3e0

: beat
id: 1060-0c1d2e3f

event: changes
data: {"frame":"1061-9f2c1a7b","at":"2026-11-24T04:00:02Z","values":[{"group":{},"value":"72","reason":null,"numerator":"72","denominator":null,"currency":null,"facts":"/v1/kpis/orders/facts","kpi":"orders","by":[]}]}
id: 1061-9f2c1a7b
"""  # noqa: E501 - lines of the stream are as long as they are
_DESCRIBED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A stream that does not end by itself.",
        "content": {"text/event-stream": {"schema": {"type": "string"}, "example": _EXAMPLE}},
    }
}


class Followed(Dates):
    """What to follow."""

    kpi: Annotated[
        list[str],
        Field(min_length=1, max_length=MOST_KPIS, description="KPIs; with commas, or several times.", examples=[["net", "orders"]]),
    ]
    by: Annotated[
        list[str],
        Field(
            max_length=MOST_GROUPINGS,
            description="A grouping each, like `day` or `channel_type,month`; empty is the total. All that all KPIs have but products.",
            examples=[["", "day", "channel_type"]],
        ),
    ] = [""]  # noqa: RUF012 - pydantic copies defaults


class LiveValue(Figure):
    """As it is from this frame on. A group without facts is not told of, or no longer."""

    kpi: str = Field(examples=["net"])
    by: list[str] = Field(description="The grouping it belongs to.", examples=[["channel_type"]])


class LiveEvent(BaseModel):
    """The data of an event. Of `snapshot`: all values. Of `changes`: those that the frame changed."""

    frame: str = Field(description="The event's id, too.", examples=["1042-9f2c1a7b"])
    at: AwareDatetime = Field(description="When the frame was taken, by the database's clock.")
    values: list[LiveValue]


class LiveStream(StreamingResponse):
    """Lets go of ``held`` at its end, however it comes; `PatientProtocol` ends it for a client that does not take what it is sent.

    Not FastAPI's own response for streams: that makes an event anew for each client.
    """

    media_type = "text/event-stream"

    def __init__(self, events: AsyncIterator[bytes], held: AsyncExitStack) -> None:
        super().__init__(events, headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Not in the generator's own end: a client that is gone before the first event never begins it.
        async with self._held:
            await super().__call__(scope, receive, send)


def live_routes(catalogue: Catalogue) -> APIRouter:
    """The stream of these KPIs."""
    router = APIRouter(prefix="/v1/live", tags=["KPIs"], dependencies=[Allow(*BRAND, Role.PARTNER)])
    hubs: WeakKeyDictionary[Any, Hub] = WeakKeyDictionary()
    # What lines differ in is not in frames, and categories and trees would need joins for every change.
    followed = [one for one in catalogue.dimensions.values() if not (one.by_line or one.through)]

    def hub_of(runtime: RuntimeDep) -> Hub:
        if runtime not in hubs:
            writing = runtime.engine.execution_options(postgresql_readonly=False, isolation_level="AUTOCOMMIT")
            hubs[runtime] = Hub(Frames(catalogue.facts, runtime.reading_everything, writing.connect), encode, runtime.ending)
        return hubs[runtime]

    @router.get("", summary="KPI changes, as they happen", response_class=LiveStream, status_code=200, responses=_DESCRIBED)
    async def live(
        asked: Annotated[Followed, asking(Followed, followed, trees=False)],
        runtime: RuntimeDep,
        caller: Caller,
        after: Annotated[
            str | None,
            Header(
                alias="Last-Event-ID",
                pattern=r"^[0-9]{1,18}-[0-9a-f]{8}$",
                description="Go on behind this event.",
                examples=["1042-9f2c1a7b"],
            ),
        ] = None,
    ) -> LiveStream:
        """Server-sent events: `snapshot` with all values, then `changes` with those that changed, ten times a second at most.

        All processes send the same ids with the same data, so with `Last-Event-ID` any of them goes on without a gap or a
        repeat, for 15 minutes; after that it begins with a snapshot. `end` says why the stream ends: `closing`,
        `too_slow`, `token_expired`, `behind`, `history_changed`, `access_changed`; come back at once after all but
        `token_expired`. After `access_changed`, which takes the id away, a partner sees other partners than before: begin anew.
        """
        visible = await runtime.visible(caller)

        async def same() -> bool:
            try:
                return visible is None or visible == await runtime.visible(caller)
            except Exception:  # without a database nothing new is told either; asked again at the next beat
                return True

        follow = _follow([catalogue.kpi(name) for name in dict.fromkeys(names_in(asked.kpi))], asked, runtime.settings.fiscal, visible)
        async with AsyncExitStack() as stack:  # refusals come before the answer's head, and after it the stream holds the client
            feed, client = await stack.enter_async_context(hub_of(runtime).following(follow, after, caller.subject))
            return LiveStream(_events(feed, client, caller.expires_at, same), stack.pop_all())

    return router


def _follow(kpis: Sequence[Kpi], asked: Followed, fiscal: Calendar, visible: Set[str] | None) -> Follow:
    """``visible``: the partners whose facts the caller may see; None is all."""
    question = asked.question(kpis)
    if visible is not None:
        # As a filter it holds for what the database is asked, and for each frame that comes in.
        partners = question.filters.get("partner") or tuple(sorted(visible))
        if not visible >= set(partners):
            raise Rejected("not_found")
        question = replace(question, filters={**question.filters, "partner": partners})
    groupings = dict.fromkeys(asked.grouping(kpis, names_in([by]), fiscal) for by in asked.by)
    name = repr((sorted(kpi.name for kpi in kpis), sorted(groupings), link("", question)))
    return Follow(name, kpis, question, tuple(groupings))


async def _events(feed: Feed, client: Client, expires_at: float, same: Callable[[], Awaitable[bool]]) -> AsyncIterator[bytes]:
    """``expires_at``: when the caller's token ends, in seconds since 1970. ``same``: whether it may still see what it sees,
    asked once in a beat."""
    CLIENTS.inc()
    try:
        yield format_sse_event(retry=RETRY_MS)
        asked = time.monotonic()
        while True:
            if time.monotonic() - asked >= BEAT_SECONDS:
                asked = time.monotonic()
                if not await same():
                    client.end("access_changed")
            left = expires_at - time.time()
            if left <= 0:
                client.end("token_expired")
            event = await client.next(min(BEAT_SECONDS, max(left, 0)))
            if event is not None:
                EVENTS.inc()
                yield event
            elif client.ended is not None:
                ENDED.labels(client.ended).inc()
                # Without an id: going on behind it would leave the values of partners that came or went as they were.
                forget = "" if client.ended == "access_changed" else None
                yield format_sse_event(event="end", data_str=f'{{"reason":"{client.ended}"}}', id=forget)
                return
            elif left > BEAT_SECONDS:
                # With the id: nothing changed up to there, and who comes back later need not begin further behind.
                yield format_sse_event(comment="beat", id=feed.frame.id if feed.frame.number >= client.number else None)
    finally:
        CLIENTS.dec()


def encode(told: FrameKind, frame: Frame, follow: Follow, tally: Tally, cells: Sequence[Cell]) -> bytes:
    """An event as it is sent, the same bytes in every process."""
    told_of = [(cell, value_of(tally.kpis[cell.kpi], follow.question, tally.keys(cell), tally.figures(cell))) for cell in cells]
    values = [LiveValue.of(value, kpi=cell.kpi, by=cell.grouping) for cell, value in told_of]
    data = LiveEvent(frame=frame.id, at=frame.taken_at, values=values).model_dump_json()
    return format_sse_event(event=told.value, id=frame.id, data_str=data)
