"""A page of a list costs what a page costs, however long the list is: no plan sorts all rows or reads a whole table.

Every declared list is asked for a page from its middle, with each of its filters, over tables with `ROWS` rows each.
"""

from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, date, datetime
from enum import StrEnum
from importlib import import_module
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin
from zoneinfo import ZoneInfo

import asyncpg
import msgspec
import pytest
import sqlalchemy as sa
from channel_events.view import KNOWN_FROM, KNOWN_UNTIL
from channel_service import Listing, Service
from channel_service.listing import Asked
from channel_service.paging import ordered
from fastapi.routing import APIRoute
from qudao_checks.rooms import SERVICES
from sqlalchemy.dialects.postgresql import asyncpg as sa_asyncpg
from sqlalchemy.sql.visitors import iterate

ROWS = 20_000
FEW = 2_000
"""What may be sorted, or read without an index: a tenth of a list."""
MIDDLE = {str: "x5", int: ROWS // 2, date: date(2026, 6, 1), datetime: datetime(2026, 1, 7, tzinfo=UTC)}
DIALECT: sa.Dialect = sa_asyncpg.dialect()  # type: ignore[no-untyped-call]
Migrated = Callable[[Service], Awaitable[str]]


class One(NamedTuple):
    service: Service
    path: str
    listing: Listing

    def __str__(self) -> str:
        return f"{self.service.name} {self.path}"

    def questions(self) -> Iterator[dict[str, Any]]:
        """Values of filters, in each question one more than the path needs."""
        every = {name: value_of(one.kind) for name, one in self.listing.filters.items()}
        always = {name: value for name, value in every.items() if f"{{{name}}}" in self.path}
        yield always
        for name, value in every.items():
            if name not in always:
                yield {**always, name: value}


def lists() -> Iterator[One]:
    for module in SERVICES:
        service: Service = import_module(f"{module}.app").SERVICE
        for route in (route for router in service.routers for route in router.routes if isinstance(route, APIRoute)):
            if (listing := getattr(route.endpoint, "listing", None)) is not None:
                yield One(service, route.path, listing)


LISTS = list(lists())


def value_of(kind: Any) -> Any:
    if get_origin(kind) is Annotated:
        return value_of(get_args(kind)[0])
    if get_origin(kind) is Literal:
        return get_args(kind)[0]
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return next(iter(kind))
    return {str: "x7", date: date(2026, 5, 1), bool: True}[kind]


def filled(table: sa.Table) -> str:
    """SQL for rows whose keys are all different, and of whose other texts each stands in a hundred."""
    columns = {column.name: value_in(column) for column in table.columns}
    return f"insert into {table.name} ({', '.join(columns)}) select {', '.join(columns.values())} from generate_series(1, {ROWS}) n"


def value_in(column: sa.Column[Any]) -> str:
    if column.name == KNOWN_UNTIL:
        return "null"
    if column.name == KNOWN_FROM or isinstance(column.type, sa.DateTime):
        return "timestamptz '2026-01-01' + n * interval '1 minute'"
    if isinstance(column.type, sa.Text):
        return "'x' || n" if column.primary_key else f"'x' || n % {ROWS // 100}"
    if isinstance(column.type, sa.Date):
        return "date '2026-01-01' + n % 365"
    return "n % 2 = 0" if isinstance(column.type, sa.Boolean) else "n"


@pytest.mark.parametrize("one", LISTS, ids=str)
async def test_a_page_of_a_long_list_costs_what_a_page_costs(one: One, migrated: Migrated) -> None:
    connection = await asyncpg.connect(await migrated(one.service))
    try:
        await connection.execute("set session_replication_role = replica")
        queries = [(given, page(one.listing, given)) for given in one.questions()]
        tables = {part.name: part for _, query in queries for part in iterate(query) if isinstance(part, sa.Table)}
        for table in tables.values():
            await connection.execute(filled(table))
            await connection.execute(f"analyze {table.name}")
        for given, query in queries:
            compiled = query.compile(dialect=DIALECT, compile_kwargs={"render_postcompile": True})
            values = [compiled.params[name] for name in compiled.positiontup or ()]
            [[plan]] = await connection.fetch(f"explain (format json) {compiled}", *values)
            wasted = list(wasteful(msgspec.json.decode(plan)[0]["Plan"]))
            assert not wasted, f"with {given} it {' and '.join(wasted)}:\n{compiled}\n{plan}"
    finally:
        await connection.close()


def page(listing: Listing, given: dict[str, Any]) -> sa.Select[Any]:
    middle = [MIDDLE[column.type.python_type] for column in listing.order]
    query = listing.query(Asked(given, datetime.now(UTC).date(), ZoneInfo("UTC")))
    return ordered(query, listing.order, middle, descending=listing.newest).limit(51)


def wasteful(node: dict[str, Any]) -> Iterator[str]:
    below = node.get("Plans", [])
    if node["Node Type"] == "Seq Scan" and node["Plan Rows"] > FEW:
        yield f"reads all of {node['Relation Name']}"
    if "Sort" in node["Node Type"] and below[0]["Plan Rows"] > FEW:
        yield f"sorts {below[0]['Plan Rows']} rows"
    for one in below:
        yield from wasteful(one)
