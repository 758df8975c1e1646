"""``docs/capacity.md``: from what was measured, by the model, to three sizes of a channel."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from qudao_checks.capacity.measured import RESULTS, Point, points
from qudao_checks.capacity.model import Batch, simulated
from qudao_checks.sources import ROOT

PAGE = ROOT / "docs" / "capacity.md"
MEASURED = "b7abf05"
"""The commit whose rows the guide stands on. Who measures anew names the new one here, and `tests/test_capacity.py` holds the model
to it."""
ORDER, READ, APPEND = "order over HTTP, 32 connections: ours", "GET an order by its id, 16 connections", "append, {} writers"
SHARED = {2: "append, 2 processes of 16 writers on one log", 4: "append, 4 processes of 16 writers on one log"}
BUSY = 0.6
"""How much of a core or a log is planned for: beyond it what waits grows faster than what comes."""
PLACED, WHOLE, BYTES = 3, 8, 1000
"""Events of placing an order of two lines (the order, two reservations), of all its life, and the bytes of one with its indexes."""
PARTITIONS = 12
"""Of each topic, as `channel_events` has it (`tests/test_capacity.py` compares)."""
LEAST = 2
"""Processes of each role, so that one may be away."""


class Tier(NamedTuple):
    name: str
    orders: int
    """A day."""
    burst: int
    """Orders a second at the worst minute."""


TIERS = (Tier("one machine", 20_000, 12), Tier("enterprise", 1_000_000, 580), Tier("global", 20_000_000, 11_600))


class Need(NamedTuple):
    """What a tier takes at its burst."""

    doors: int
    """Processes of orders-inventory that take orders."""
    events: int
    """Events a second in its log."""
    logs: int
    """Into how many that log has to be split."""
    stored: float
    """Terabytes of the log a year."""


def batch_of(found: Mapping[str, Point]) -> Batch:
    """What writing costs, from one writer and from sixteen."""
    few, many = (found[APPEND.format(number)] for number in (1, 16))
    return Batch.between((1, few.rate, few.cpu), (16, many.rate, many.cpu))


def need(tier: Tier, found: Mapping[str, Point]) -> Need:
    order = found[ORDER]
    doors = max(LEAST, math.ceil(tier.burst * order.cpu / BUSY))
    events = tier.burst * PLACED
    # Processes that share a log move its head in turn: with four it bears less than with one. No more were measured.
    bears = min(found[SHARED[2]].rate, found[SHARED[4]].rate) if doors > LEAST else found[SHARED[2]].rate
    logs = max(1, math.ceil(events / (bears * BUSY)))
    return Need(doors, events, logs, tier.orders * 365 * WHOLE * BYTES / 1e12)


HEAD = """# Capacity

How much one installation bears, what is added first when it no longer does, and where the limits are. `make docs` makes the tables from
`bench/results.md` (rows of commit {commit}, a machine of two cores with database, broker and load on them), by a small simulation
(`tools/src/qudao_checks/capacity/`): requests are computed one after another, commands wait while a batch is written, and go together in
the next. From the rows of one and of sixteen writers it tells those of sixty-four, and from the CPU of a request the rate and the time of
sixteen and thirty-two connections, each within 25 % (`tests/test_capacity.py`). It does not tell what one connection alone gets: there a
process mostly waits to be woken.

## What was measured, and what the model says

| | measured | the model |
|---|---|---|
"""
MIDDLE = """
## Three sizes

Bursts are the worst minute of the day. Planned is {busy:.0%} of a core, and of what a log bears; an order has two lines.

| | orders a day | burst, orders/s | processes that take orders | events/s in their log | logs | the log a year |
|---|---|---|---|---|---|---|
"""
REST = """
Not measured but assumed: {whole} events in an order's life, {bytes:,} bytes each with their indexes, and that more machines bear more in
proportion. Nothing here has run on more than one machine.

## What is added, in this order

1. **Processes that take orders** (`--role api`), up to where their log is busy. They share the log by compare-and-set on its head: two bear
   {two:.0%} of what one process alone writes, four {four:.0%}. So processes help while computing requests is what is scarce, not writing.
2. **Workers** (`--role worker`). Each topic has {partitions} partitions, always; a view's events of one stream are in one of them. One
   worker takes as many as are left over, {partitions} at most do something. They are scaled by how late they are
   (`deploy/k8s/components/keda/`).
3. **A database server of its own for each service**: services share no tables, so it is a URL that changes. The prod overlay has one
   cluster for all; orders-inventory is the first to leave it, metrics the second.
4. **A connection pooler** only when processes are so many that connections run out (`max_connections`; each holds up to 24): in
   transaction mode `LISTEN` hears nothing, so the pools of relay, log and timers must stay direct.
5. **Several logs** for one service: next section.

## When a log is split

When the events a second of the table above reach {busy:.0%} of what the processes that share the log bear: on this machine
{bears:,.0f} a second, so at some {split:,.0f} orders a second. A split is a second installation of the service with its own database: a
shard. What a command touches must lie in one: placing an order writes the order and the stock it reserves, so the key is what stock
belongs to, the warehouse, and not the order. A stream's partition follows from its name as before; each shard has its own topic, so shard
and partition together say where an event is, and readers subscribe to the topics of all.

That is a plan. Nothing of it is built: no service routes by shard, and no reader takes several topics of one service. Up to the
enterprise size it is not needed.

## KPI history

Facts and their sums are in PostgreSQL; sums have a row per event or fewer and answer every usual question. Past some hundred million
order lines, or when questions over single lines take more than 1.5 s, history goes to a column store: a topic of facts (line, version,
partner, SKU, day, recorded day, channel, territory, quantity, amount as text, currency), read by ClickHouse's Kafka engine into a
`ReplacingMergeTree` ordered by channel, day and id, and asked with `FINAL`, since every fact may come twice; never into a summing table.
Live figures stay where they are. This too is a plan; its numbers would be measured first.
"""


def pages() -> dict[Path, str]:
    found = points(RESULTS.read_text("utf-8"))[MEASURED]
    tiers = "".join(_tier(tier, need(tier, found)) for tier in TIERS)
    one = found[APPEND.format(16)].rate
    bears = found[SHARED[2]].rate
    rest = REST.format(
        whole=WHOLE, bytes=BYTES, two=bears / one, four=found[SHARED[4]].rate / one, partitions=PARTITIONS, busy=BUSY, bears=bears,
        split=bears * BUSY / PLACED,
    )  # fmt: skip
    return {PAGE: HEAD.format(commit=MEASURED) + "".join(_compared(found)) + MIDDLE.format(busy=BUSY) + tiers + rest}


def compared(found: Mapping[str, Point]) -> list[tuple[str, str, float, float]]:
    """What was measured and not told to the model, beside what it says: of what, in which unit, both numbers."""
    batch, most = batch_of(found), found[APPEND.format(64)]
    told = simulated(64, request=0.0, batch=batch)
    rows = [(APPEND.format(64), "/s", most.rate, told.rate), (APPEND.format(64), "us of CPU each", most.cpu * 1e6, told.cpu * 1e6)]
    for what, clients in (
        (ORDER, 32),
        (READ, 16),
        ("GET a page of 50 orders, 16 connections", 16),
        ("GET /health/live, 16 connections", 16),
    ):
        if (point := found.get(what)) and point.p50:
            told = simulated(clients, request=point.cpu)
            rows += [(what, "/s", point.rate, told.rate), (what, "ms p50", point.p50 * 1e3, told.p50 * 1e3)]
    return rows


def _compared(found: Mapping[str, Point]) -> list[str]:
    return [f"| {what} | {_said(has)} {unit} | {_said(says)} ({says / has - 1:+.0%}) |\n" for what, unit, has, says in compared(found)]


def _said(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.1f}"


def _tier(tier: Tier, one: Need) -> str:
    stored = f"{one.stored * 1e3:,.0f} GB" if one.stored < 1 else f"{one.stored:,.1f} TB"
    told = (tier.name, f"{tier.orders:,}", f"{tier.burst:,}", one.doors, f"{one.events:,}", one.logs, stored)
    return f"| {' | '.join(map(str, told))} |\n"
