"""Appends per second: `Log.execute`, one event a command, beside asyncpg and pgbench inserting the same row, one commit each.

    python bench/append.py [--rounds 3] [--seconds 3] [--writers 1 16 64] [--processes 2 4]

All run on durable settings (fsync, synchronous_commit on), in turn on one server. What is timed on our side includes deciding, a public
event with its link, an idempotency key per command, and the answer. asyncpg has one connection for one writer, else one for each
writer. Several processes have 16 writers each on one log; beside them stands one process with 16. The ratios are taken within a round,
so that the machine's drift cancels; printed is the median of the rounds. After each run the log is read back: every confirmed append
must be there once.
"""

import asyncio
import json
import multiprocessing
import tempfile
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import asyncpg
import uvloop
from channel_events import Actor, CommandKey, Decider, Log, On, event
from channel_events.schema import LOG, SUBSCRIPTIONS
from harness import Spent, as_a_service, asked, database, middle, postgres, ratio
from msgspec import Struct
from peers.append import ROW, TABLE, by_pgbench
from qudao_local.postgres import Postgres
from results import record
from rich.progress import Progress

EACH = 16
"""Writers in each of several processes."""


@event("money_moved", public=True)
class MoneyMoved(Struct, frozen=True):
    amount: str
    currency: str
    note: str


ACCOUNT: Decider[MoneyMoved, int, MoneyMoved] = Decider(
    "account", initial=0, decide=lambda command, *_: [command], evolve=lambda state, _: state + 1, events=[MoneyMoved]
)
COMMAND = MoneyMoved("12.50", "CNY", "a note of some forty characters in all!")


class Run(NamedTuple):
    """Confirmed appends a second, and the microseconds of the clients' CPU that each took."""

    rate: float
    cpu: float


async def hammer(writers: int, seconds: float, one: Callable[[int, int], Awaitable[Any]]) -> Run:
    """So many clients, each waiting for its answer before the next: ``one`` is given the client's number and its turn."""
    spent, done = Spent(), 0

    async def client(number: int) -> None:
        nonlocal done
        turn = 0
        while spent.elapsed < seconds:
            turn += 1
            await one(number, turn)
            done += 1

    await asyncio.gather(*(client(number) for number in range(writers)))
    return Run(done / spent.elapsed, spent.cpu / done * 1e6)


async def ours(dsn: str, writers: int, seconds: float, name: str = "0") -> tuple[Run, int]:
    """The run, and how many were confirmed."""
    log = await Log.open(service="bench", dsn=dsn, deciders=[ACCOUNT], timezone="UTC")
    confirmed = 0

    async def append(number: int, turn: int) -> None:
        nonlocal confirmed
        key = CommandKey(f"{name}-{turn}", b"0123456789abcdef")
        await log.execute(On(ACCOUNT, f"{name}-{number}", COMMAND), by=Actor(f"client-{number}"), key=key)
        confirmed += 1

    run = await hammer(writers, seconds, append)
    await log.close()
    return run, confirmed


async def once(dsn: str, confirmed: int) -> None:
    connection = await asyncpg.connect(dsn)
    there = await connection.fetchval("select count(distinct (stream, version)) from event")
    await connection.close()
    if there != confirmed:
        raise SystemExit(f"{confirmed} appends were confirmed, {there} are in the log")


async def theirs(dsn: str, writers: int, seconds: float) -> Run:
    """asyncpg: a prepared statement on each writer's own connection, one commit each."""
    connections = [await asyncpg.connect(dsn) for _ in range(writers)]
    prepared = [await one.prepare(ROW) for one in connections]
    data = json.dumps({"amount": COMMAND.amount, "currency": COMMAND.currency, "note": COMMAND.note})
    run = await hammer(writers, seconds, lambda number, turn: prepared[number].fetchval(f"account/{number}", turn, "money_moved", data))
    for one in connections:
        await one.close()
    return run


def _process(dsn: str, seconds: float, name: str, said: Any) -> None:
    as_a_service()
    said.put(uvloop.run(ours(dsn, EACH, seconds, name)))


def together(dsn: str, processes: int, seconds: float) -> Run:
    """Several processes on one log: their rates added, their CPU an append on average."""
    spawn = multiprocessing.get_context("spawn")
    said: Any = spawn.SimpleQueue()
    started = [spawn.Process(target=_process, args=(dsn, seconds, str(number), said)) for number in range(processes)]
    for one in started:
        one.start()
    found = [said.get() for _ in started]
    for one in started:
        one.join()
    uvloop.run(once(dsn, sum(confirmed for _, confirmed in found)))
    rate = sum(run.rate for run, _ in found)
    return Run(rate, sum(run.cpu * run.rate for run, _ in found) / rate)


def alone(dsn: str, writers: int, seconds: float) -> Run:
    run, confirmed = uvloop.run(ours(dsn, writers, seconds))
    uvloop.run(once(dsn, confirmed))
    return run


def beside(server: Postgres, writers: int, seconds: float) -> tuple[Run, Run, float]:
    """Ours, asyncpg's, and pgbench's rate."""
    with tempfile.TemporaryDirectory() as folder:
        uvloop.run(database(server, "plain", TABLE))
        limit = by_pgbench(server, "plain", writers, seconds, folder)
        peer = uvloop.run(theirs(uvloop.run(database(server, "plain", TABLE)), writers, seconds))
        return alone(uvloop.run(database(server, "log", LOG + SUBSCRIPTIONS)), writers, seconds), peer, limit


def main() -> None:
    given = asked(__doc__, rounds=3, seconds=3.0, writers=(1, 16, 64), processes=(2, 4))
    as_a_service()
    compared: dict[int, list[tuple[Run, Run, float]]] = {writers: [] for writers in given.writers}
    shared: dict[int, list[Run]] = {processes: [] for processes in (1, *given.processes)}
    with postgres() as server, Progress(transient=True) as progress:
        bar = progress.add_task("append", total=given.rounds * (len(compared) + len(shared)))
        for _ in range(given.rounds):
            for writers, found in compared.items():
                found.append(beside(server, writers, given.seconds))
                progress.advance(bar)
            for processes, runs in shared.items():
                dsn = uvloop.run(database(server, "log", LOG + SUBSCRIPTIONS))
                runs.append(together(dsn, processes, given.seconds))
                progress.advance(bar)
    for writers, rounds in compared.items():
        mine, peers, limits = zip(*rounds, strict=True)
        rate, cpu = middle(mine, lambda run: run.rate), middle(mine, lambda run: run.cpu)
        record(
            f"append, {writers} writers",
            f"{rate:,.0f} events/s, {cpu:.0f} us of CPU each",
            f"asyncpg {middle(peers, lambda run: run.rate):,.0f}/s, {middle(peers, lambda run: run.cpu):.0f} us; "
            f"pgbench {middle(limits, float):,.0f}/s",
            f"{ratio((run.rate for run in mine), (run.rate for run in peers)):.2f}x asyncpg, "
            f"{ratio((run.rate for run in mine), limits):.2f}x pgbench",
            "lost 0",
        )
    one = [run.rate for run in shared[1]]
    for processes in given.processes:
        runs = shared[processes]
        record(
            f"append, {processes} processes of {EACH} writers on one log",
            f"{middle(runs, lambda run: run.rate):,.0f} events/s, {middle(runs, lambda run: run.cpu):.0f} us of CPU each",
            f"one process {middle(one, float):,.0f}/s",
            f"{ratio((run.rate for run in runs), one):.2f}x",
            "lost 0",
        )


if __name__ == "__main__":
    main()
