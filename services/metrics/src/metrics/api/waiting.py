"""Questions that wait until the views behind their answers have seen a write of another service."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

from channel_events import View, ViewBehind, wait_for
from channel_events.pure import Rejected
from channel_service import RuntimeDep
from pydantic import Field

from metrics.api.parameters import AnyTime

RECEIPT = r"^[0-9]{1,18};(?:[0-9]{1,4}:[0-9]{1,18}(?:,[0-9]{1,4}:[0-9]{1,18})*)?$"
"""Position in the log; then, by partition, those of its public events."""
PATIENCE_SECONDS = 10.0


class WaitingQuestion(AnyTime):
    """A question that may wait for what was just written."""

    wait_for: Annotated[
        str | None, Field(max_length=1000, pattern=RECEIPT, description="A receipt's `token`: answer once it was seen.")
    ] = None
    wait_source: Annotated[str, Field(max_length=100, description="The service that gave the token.")] = "orders-inventory"


def near(runtime: RuntimeDep, view: View, source: str) -> bool | None:
    """Whether all but a batch of what ``source`` has sent is in the view; None where another process takes it in."""
    parts = [] if runtime.worker is None else runtime.worker.subscriptions
    for one in parts:
        if one.view is view and one.source.name == source:
            return None if one.status == "standing by" else one.status == "running" and one.near()
    return None


async def seen(views: Sequence[View], asked: WaitingQuestion, runtime: RuntimeDep) -> None:
    """Returns when every view that reads ``wait_source`` has seen the write that ``wait_for`` names; `Rejected` otherwise:
    ``view_behind`` when the time is up."""
    token, source = asked.wait_for, asked.wait_source
    if token is None:
        return
    readers = [(view, one) for view in views for one in view.sources if one.name == source]
    if not readers:
        allowed = sorted({one.name for view in views for one in view.sources})
        raise Rejected("source_unknown", source=source, allowed=", ".join(allowed))
    try:
        await asyncio.gather(*(wait_for(runtime.fetch, view, token, PATIENCE_SECONDS, one) for view, one in readers))
    except ViewBehind as behind:
        reached = sorted(behind.reached.items())
        raise Rejected("view_behind", position=",".join(f"{partition}:{position}" for partition, position in reached)) from None
