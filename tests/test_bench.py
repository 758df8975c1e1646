"""The benchmarks load, are told of, and measure histories that are as the library would have written them."""

import re
from collections.abc import Awaitable, Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from channel_events import Actor, Log, On
from channel_service import Service
from metrics.app import SERVICE as METRICS
from orders_inventory.app import SERVICE as ORDERS
from orders_inventory.domain.stock import ReceiveStock

ROOT = Path(__file__).parents[1]
BENCH = ROOT / "bench"
PROGRAMMES = {path.stem for path in BENCH.glob("*.py") if "__main__" in path.read_text()}
APART = {"growth", "demo"}
"""Too long to be run with the others."""


@pytest.fixture(autouse=True)
def found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCH))


def _bench(module: str) -> Any:
    return import_module(module)


def test_make_bench_runs_every_programme_and_the_page_tells_of_each() -> None:
    (listed,) = re.findall(r"^BENCHES := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(listed.split()) | APART == PROGRAMMES
    assert set(re.findall(r"^\| `(\w+)` \|", (BENCH / "README.md").read_text(), re.MULTILINE)) == PROGRAMMES


@pytest.mark.parametrize("programme", sorted(PROGRAMMES))
def test_each_says_what_it_measures_and_how_it_is_called(programme: str) -> None:
    about = _bench(programme).__doc__
    assert f"python bench/{programme}.py" in about


async def test_a_filled_log_is_one_that_the_library_goes_on_with(migrated: Callable[[Service], Awaitable[str]]) -> None:
    dsn = await migrated(ORDERS)
    await _bench("filled").fill(dsn, 40, every=4)
    await _bench("filled").fill(dsn, 40, every=4)
    log = await Log.open(service=ORDERS.name, dsn=dsn, deciders=ORDERS.deciders, timezone="UTC", durable=False)
    stock = next(one for one in ORDERS.deciders if one.name == "stock")
    received = ReceiveStock(warehouse="past-0001", sku="PEN", quantity=1)
    done = await log.execute(On(stock, received), by=Actor("bench"))
    await log.close()
    assert done.position == 81
    connection = await asyncpg.connect(dsn)
    await _bench("filled").checked(connection)  # also of what the library wrote behind it
    assert await connection.fetchval("select version from event where position = 81") == 2
    await connection.execute("update log_head set mark = gen_random_uuid()")
    with pytest.raises(SystemExit, match="filled wrongly"):
        await _bench("filled").checked(connection)
    await connection.close()


async def test_filled_facts_have_the_sums_that_the_view_would_have_made(migrated: Callable[[Service], Awaitable[str]]) -> None:
    dsn, facts = await migrated(METRICS), _bench("facts")
    await facts.fill_facts(dsn, 120)
    connection = await asyncpg.connect(dsn)
    totals = "sum(units), sum(gross), sum(discount), sum(complete), sum(filled)"
    rows: Any = await connection.fetchrow(f"select count(*), count(distinct position), {totals} from {facts.FACT}")
    sums = [await connection.fetchrow(f"select sum(lines), sum(orders), {totals} from {table}") for table in (facts.ROLLUP, facts.OVERALL)]
    indexes = await connection.fetchval("select count(*) from pg_indexes where tablename = $1", facts.FACT)
    await connection.close()
    assert [rows, rows] == sums
    assert rows[0] >= 120
    assert indexes == 4
