"""Asking for KPIs over ten million facts, over HTTP, role api alone; beside the same asked of the facts by plain SQL.

    python bench/kpi.py [--facts 10000000] [--seconds 3] [--rounds 3]

Questions that the sums or one partner's rows answer should take less than 50 ms of a hundred, odd ones less than 1.5 s. The answers of
both sides are compared.
"""

import json
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from decimal import Decimal
from itertools import repeat
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
import uvloop
from channel_service.migrations import migrate
from channel_service.testing import issuer
from facts import FACT, fill_facts
from harness import app_role, asked, database, middle, postgres
from load import Load, load, request
from metrics.app import SERVICE as METRICS
from orders import service
from qudao_local.postgres import Postgres
from results import record
from rich.progress import track


class Question(NamedTuple):
    name: str
    path: str
    sql: str
    bound: int
    """Milliseconds that 99 of 100 answers may take."""


_PLACED = f"from {FACT} where kind = 'placed'"
QUESTIONS = (
    Question("gross in all", "gross", f"select sum(gross) {_PLACED}", 50),
    Question("gross by territory and month", "gross?group_by=territory,month",
             f"select sum(gross) {_PLACED} group by territory, date_trunc('month', occurred_on)", 50),
    Question("gross of one partner by month", "gross?group_by=month&partner=p007",
             f"select sum(gross) {_PLACED} and partner = 'p007' group by date_trunc('month', occurred_on)", 50),
    Question("units of one partner by product", "units?group_by=product&partner=p007&limit=1000",
             f"select sum(units) {_PLACED} and partner = 'p007' group by product", 50),
    Question("units by product", "units?group_by=product&limit=1000", f"select sum(units) {_PLACED} group by product", 1500),
)  # fmt: skip


async def metrics(server: Postgres, name: str = "metrics") -> str:
    """The DSN of a database of the metrics, for a service that runs as `app`."""
    dsn = await database(server, name)
    await app_role(server)
    await migrate(METRICS, dsn, "app")
    return dsn


async def plainly(dsn: str, sql: str) -> tuple[float, Decimal]:
    """Milliseconds, and the sum of what it says."""
    connection = await asyncpg.connect(dsn)
    began = time.perf_counter()
    rows = await connection.fetch(sql)
    took = time.perf_counter() - began
    await connection.close()
    return took * 1e3, sum((Decimal(row[0] or 0) for row in rows), Decimal(0))


def told(port: int, path: str, token: str) -> Decimal:
    """The sum of what the service says."""
    url, head = f"http://127.0.0.1:{port}/v1/kpis/{path}", {"authorization": f"Bearer {token}"}
    with urllib.request.urlopen(urllib.request.Request(url, headers=head)) as answer:
        values: Any = json.load(answer)["values"]
    return sum((Decimal(one["value"] or 0) for one in values), Decimal(0))


def answers(server: Postgres, folder: Path, rounds: int, seconds: float) -> Iterator[tuple[Question, list[Load], list[float]]]:
    token = issuer().token("brand_admin")
    with service("metrics", server.dsn("metrics", "app"), folder) as (port, pid):
        for question in track(QUESTIONS, "kpi", transient=True):
            mine, plain = [], []
            for _ in range(rounds):
                took, wanted = uvloop.run(plainly(server.dsn("metrics"), question.sql))
                plain.append(took)
                if (found := told(port, question.path, token)) != wanted:
                    raise SystemExit(f"{question.name}: {found} over HTTP, {wanted} in the facts")
                made = repeat(request("GET", f"/v1/kpis/{question.path}", token)).__next__
                mine.append(uvloop.run(load(port, pid, made, connections=1, seconds=seconds, warm=0.2)))
                if set(mine[-1].statuses) != {200}:
                    raise SystemExit(f"{question.name}: answered {dict(mine[-1].statuses)}")
            yield question, mine, plain


def main() -> None:
    given = asked(__doc__, facts=10_000_000, seconds=3.0, rounds=3)
    with tempfile.TemporaryDirectory(prefix="qudao-bench-") as folder, postgres(Path(folder)) as server:
        uvloop.run(fill_facts(uvloop.run(metrics(server)), given.facts))
        found = list(answers(server, Path(folder), given.rounds, given.seconds))
    for question, mine, plain in found:
        p99 = middle(mine, lambda one: one.p99)
        record(
            f"KPI over {given.facts:,} facts: {question.name}",
            f"p50 {middle(mine, lambda one: one.p50):.1f} ms, p99 {p99:.1f} ms, {middle(mine, lambda one: one.cpu):.2f} ms of CPU each",
            f"plain SQL on the facts {middle(plain, float):.0f} ms",
            f"{p99 / question.bound:.2f}x of {question.bound} ms",
            "the same answers",
        )


if __name__ == "__main__":
    main()
