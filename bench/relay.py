"""A log's public events into its topic, and again into a broker that forgot everything; beside aiokafka sending the same records from
memory, one by one and in batches made by hand.

    python bench/relay.py [--rounds 3] [--events 150000]

Ours reads from PostgreSQL, makes the records, audits what the topic holds, and keeps its place. Afterwards the topic holds each event once.
"""

import asyncpg
import uvloop
from append import Run
from channel_events.envelope import COLUMNS, Encoder
from harness import Spent, asked, broker, middle, postgres, ratio, until
from peers.topics import by_hand, held, one_by_one
from qudao_local.broker import Broker
from qudao_local.postgres import Postgres
from results import record
from rich.progress import track
from topics import SERVICE, TOPIC, log_of, relaying


async def ours(dsn: str, one: Broker, events: int) -> tuple[Run, Run]:
    """Filling the topic, and filling it again."""
    async with relaying(dsn, one) as (relay, spent):
        first = Run(events / spent.elapsed, spent.cpu / events * 1e6)
        await _complete(one, events)
        one.kill()
        one.start()
        spent = Spent()
        await until(lambda: not relay.caught_up())
        await until(relay.caught_up)
        again = Run(events / spent.elapsed, spent.cpu / events * 1e6)
        await _complete(one, events)
    return first, again


async def _complete(one: Broker, events: int) -> None:
    if (there := await held(one.bootstrap, TOPIC)) != (events, events):
        raise SystemExit(f"of {events} events the topic holds {there}")


async def records(dsn: str, events: int) -> list[tuple[int, bytes, bytes, list[tuple[str, bytes]]]]:
    """Partition, key, value and headers of what the relay sends."""
    encoder = Encoder(SERVICE)
    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch(f"select {COLUMNS} from event order by position limit {events}")
    await connection.close()
    return [(row["partition"], row["stream"].encode(), row["data"].encode(), encoder.headers(row)) for row in rows]


def measure(server: Postgres, rounds: int, events: int) -> tuple[list[tuple[Run, Run]], list[float], list[float]]:
    dsn = uvloop.run(log_of(server, events))
    mine, singly, batched = [], [], []
    some = uvloop.run(records(dsn, min(events, 50_000)))
    for _ in track(range(rounds), "relay", transient=True):
        with broker() as one:
            uvloop.run(_forget(dsn))
            mine.append(uvloop.run(ours(dsn, one, events)))
        with broker() as one:
            singly.append(uvloop.run(one_by_one(one.bootstrap, "singly", some)))
            batched.append(uvloop.run(by_hand(one.bootstrap, "batched", some)))
    return mine, singly, batched


async def _forget(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute("update relay set position = 0, cluster_id = null, remembered = '{}'")
    await connection.close()


def main() -> None:
    given = asked(__doc__, rounds=3, events=150_000)
    with postgres() as server:
        mine, singly, batched = measure(server, given.rounds, given.events)
    for name, place in {"relay into an empty topic": 0, "refill of an emptied broker": 1}.items():
        runs = [pair[place] for pair in mine]
        record(
            name,
            f"{middle(runs, lambda run: run.rate):,.0f} events/s, {middle(runs, lambda run: run.cpu):.1f} us of CPU each",
            f"aiokafka from memory: send {middle(singly, float):,.0f}/s, send_batch {middle(batched, float):,.0f}/s",
            f"{ratio((run.rate for run in runs), singly):.2f}x send, {ratio((run.rate for run in runs), batched):.2f}x send_batch",
            f"{given.events:,} events, each once, lost 0",
        )


if __name__ == "__main__":
    main()
