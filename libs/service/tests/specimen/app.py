"""The specimen, put together."""

import asyncio
from typing import Any

import sqlalchemy as sa
from channel_events.pure import Rejected
from channel_service import (
    Allow,
    Commands,
    LogDep,
    NewId,
    Page,
    PageDep,
    Problem,
    ProblemCatalogue,
    ReadDep,
    Role,
    Service,
    fetch_page,
    set_etag,
    unlimited_body,
)
from fastapi import APIRouter, Request, Response

from specimen.counter import COUNTER, Raise

router = APIRouter(prefix="/v1/counters", tags=["counters"], dependencies=[Allow(Role.AUDITOR)])
odd = APIRouter(tags=["odd"], dependencies=[Allow(Role.OPS)])
EVENT = sa.table("event", sa.column("position", sa.BigInteger), sa.column("stream", sa.Text))


Commands(router).post("/{counter}/raise", Raise, allow=[Role.OPS], summary="Raise")


@router.get("/{counter}")
async def value(counter: str, log: LogDep, response: Response, daily: bool = False) -> dict[str, int]:
    counted = await log.current(COUNTER, counter)
    set_etag(response, counted.tag, dated=daily)
    return {"value": counted.state}


@odd.get("/v1/rows")
async def rows(read: ReadDep, page: PageDep, newest_first: bool = False) -> Page[int]:
    key = [EVENT.c.stream, EVENT.c.position]
    return await fetch_page(read, sa.select(EVENT), page, key=key, row=lambda row: int(row["position"]), descending=newest_first)


@router.get("/{counter}/rows")
async def rows_of(counter: str, read: ReadDep, page: PageDep) -> Page[int]:
    wanted = sa.select(EVENT).where(EVENT.c.stream == f"counter/{counter}")
    return await fetch_page(read, wanted, page, key=[EVENT.c.position], row=lambda row: int(row["position"]))


@odd.get("/v1/write")
async def write_through_a_read(read: ReadDep) -> None:
    await read.rows(sa.text("select position from log_head for update"))


@odd.post("/v1/anything")
async def anything(body: dict[str, Any]) -> int:
    return len(body)


@odd.post("/v1/lines")
@unlimited_body
async def lines(request: Request) -> int:
    return sum([len(chunk) async for chunk in request.stream()])


@odd.get("/v1/boom")
async def boom() -> None:
    raise ZeroDivisionError("a bug")


@odd.get("/v1/unknown-code")
async def unknown_code() -> None:
    raise Rejected("code_that_nobody_described", why="forgotten")


@odd.get("/v1/slow")
async def slow(seconds: float, new_id: NewId) -> str:
    await asyncio.sleep(seconds)
    return new_id()


SERVICE = Service(
    "channel-service",
    title="Specimen",
    summary="Uses everything once.",
    deciders=[COUNTER],
    routers=[router, odd],
    problems=ProblemCatalogue(
        [Problem("counter_full", 409, "The counter is at {value}, its limit is {limit}.", "计数器为 {value}，上限为 {limit}。")]
    ),
    migrations="specimen.migrations",
)
