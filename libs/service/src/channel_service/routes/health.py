"""Whether the process lives, and whether it can do its work."""

from typing import Literal

from channel_events.pure import Rejected
from fastapi import APIRouter
from pydantic import BaseModel, Field

from channel_service.auth import Open
from channel_service.dependencies import RuntimeDep
from channel_service.http.parameters import AnyParameters

router = APIRouter(
    prefix="/health",
    tags=["health"],
    dependencies=[
        Open("who watches the process has no token, and learns no data"),
        AnyParameters("a refusal would take a process out of service that does its work"),
    ],
)


class Health(BaseModel):
    """The state of the process, and of what it needs when it says that it is ready."""

    status: Literal["live", "ready"]
    service: str = Field(examples=["partner-registry"])
    checks: dict[str, str] = {}
    troubles: dict[str, str] = {}
    """What does not flow although the process does its work: the relay, a view, a reaction, a timer, a sender, and why."""
    instance: str = ""
    """``QUDAO_INSTANCE``: who started the process sees that it is this one that answers, not another on its port."""


@router.get("/live", summary="Does the process answer?")
async def live(runtime: RuntimeDep) -> Health:
    """Depends on nothing else: a database that is down must not restart the service."""
    return Health(status="live", service=runtime.service.name)


@router.get("/ready", summary="Can it do its work?")
async def ready(runtime: RuntimeDep) -> Health:
    """503 `unavailable` with the failing checks otherwise.

    What `troubles` names does not make it unready: without the broker orders are still taken, and another process would not
    mend it.
    """
    checks = await runtime.checks()
    if any(state != "ok" for state in checks.values()):
        raise Rejected("unavailable", checks=checks)
    return Health(
        status="ready",
        service=runtime.service.name,
        checks=checks,
        troubles=runtime.troubles(),
        instance=runtime.settings.instance,
    )
