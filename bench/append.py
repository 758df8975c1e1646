"""Appends per second: `Log.execute`, one event a command, beside pgbench inserting one row a commit, in turn on one server.

    python bench/append.py [--rounds 3] [--seconds 4]

Both run on durable settings (fsync, synchronous_commit on). What is timed on our side includes deciding, a public event with
its link, an idempotency key per command, and the answer. The ratio is taken within a round, so that the machine's drift
cancels; printed is the median of the rounds. After each run the log is read back: every confirmed append must be there once.
"""

import argparse
import asyncio
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import asyncpg
import uvloop
from channel_events import Actor, CommandKey, Decider, Log, On, event
from channel_events.schema import LOG, SUBSCRIPTIONS
from msgspec import Struct
from qudao_local.binaries import postgres_bin
from qudao_local.ports import free_port
from qudao_local.postgres import Postgres
from results import record
from rich.progress import Progress

WRITERS = (1, 16, 64)

PGBENCH_TABLE = """
create table plain (
  position bigserial primary key, id uuid not null unique, stream text not null, version integer not null, type text not null,
  data json not null, recorded_at timestamptz not null default now(), unique (stream, version))
"""
PGBENCH_SCRIPT = """\\set version :version + 1
insert into plain (id, stream, version, type, data) values
  (gen_random_uuid(), 'account/' || (:client_id)::text, (:version)::integer, 'money_moved',
   '{"amount":"12.50","currency":"CNY","note":"a note of some forty characters in all!"}');
"""


@event("money_moved", public=True)
class MoneyMoved(Struct, frozen=True):
    amount: str
    currency: str
    note: str


ACCOUNT: Decider[MoneyMoved, int, MoneyMoved] = Decider(
    "account", initial=0, decide=lambda command, *_: [command], evolve=lambda state, _: state + 1, events=[MoneyMoved]
)
COMMAND = MoneyMoved("12.50", "CNY", "a note of some forty characters in all!")


def pgbench(server: Postgres, database: str, writers: int, seconds: int) -> float:
    """Transactions per second of one-row inserts, each its own commit."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(PGBENCH_SCRIPT)
        script.flush()
        command = [str(postgres_bin() / "pgbench"), "-h", "127.0.0.1", "-p", str(server.port), "-U", "postgres", "-n", "-M", "prepared",
                   "-D", "version=0", "-c", str(writers), "-j", "1", "-T", str(seconds), "-f", script.name, database]  # fmt: skip
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return float(next(line.split("=")[1].split()[0] for line in said.splitlines() if line.startswith("tps")))


async def ours(dsn: str, writers: int, seconds: int) -> tuple[float, float]:
    """Confirmed appends per second of so many clients, each waiting for its answer before the next command; and the microseconds of
    this process's CPU that each took."""
    log = await Log.open(service="bench", dsn=dsn, deciders=[ACCOUNT], timezone="UTC")
    confirmed = 0
    before = await log.head()
    until = time.perf_counter() + seconds

    async def client(number: int) -> None:
        nonlocal confirmed
        turn, by = 0, Actor(f"client-{number}")
        while time.perf_counter() < until:
            turn += 1
            await log.execute(On(ACCOUNT, str(number), COMMAND), by=by, key=CommandKey(f"{before}-{turn}", b"0123456789abcdef"))
            confirmed += 1

    started, busy = time.perf_counter(), time.process_time()
    await asyncio.gather(*(client(n) for n in range(writers)))
    elapsed, used = time.perf_counter() - started, time.process_time() - busy
    lost = confirmed - (await log.head() - before)
    await log.close()
    if lost:
        raise SystemExit(f"{lost} confirmed appends are not in the log")
    return confirmed / elapsed, used / confirmed * 1e6


async def prepare(server: Postgres, database: str, sql: str) -> str:
    connection = await asyncpg.connect(server.dsn())
    await connection.execute(f'drop database if exists "{database}"')
    await connection.execute(f'create database "{database}"')
    await connection.close()
    connection = await asyncpg.connect(server.dsn(database))
    await connection.execute(sql)
    await connection.execute("checkpoint")
    await connection.close()
    return server.dsn(database)


def measure(rounds: int, seconds: int) -> dict[int, list[tuple[float, float, float]]]:
    """Per number of writers the rounds' figures: our rate, our CPU an event, pgbench's rate."""
    rates: dict[int, list[tuple[float, float, float]]] = {writers: [] for writers in WRITERS}
    with tempfile.TemporaryDirectory(prefix="qudao-bench-") as folder, Progress(transient=True) as progress:
        server = Postgres(Path(folder) / "pg", free_port())
        server.start()
        bar = progress.add_task("append", total=rounds * len(WRITERS))
        try:
            for _ in range(rounds):
                for writers in WRITERS:
                    uvloop.run(prepare(server, "plain", PGBENCH_TABLE))
                    theirs = pgbench(server, "plain", writers, seconds)
                    dsn = uvloop.run(prepare(server, "log", LOG + SUBSCRIPTIONS))
                    rates[writers].append((*uvloop.run(ours(dsn, writers, seconds)), theirs))
                    progress.advance(bar)
        finally:
            server.stop()
    return rates


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=4)
    arguments = parser.parse_args()
    for writers, pairs in measure(arguments.rounds, arguments.seconds).items():
        mine, cpu, theirs = (statistics.median(side) for side in zip(*pairs, strict=True))
        ratio = statistics.median(a / b for a, _, b in pairs)
        measured = f"{mine:,.0f} events/s, {cpu:.0f} us of CPU each"
        record(f"append, {writers} writers", measured, f"pgbench {theirs:,.0f}/s", f"{ratio:.2f}x", "lost 0")


if __name__ == "__main__":
    main()
