"""A page of every list says, to the byte, what its model would say of each row: the short way from rows to JSON is a way to the same."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, Literal, get_args, get_origin
from zoneinfo import ZoneInfo

import asyncpg
import pytest
import sqlalchemy as sa
from channel_service import Page, Service
from channel_service.listing import Asked
from channel_service.paging import ordered
from channel_service.reading import plain_rows
from channel_service.testing import running
from fastapi.routing import APIRoute
from pydantic import BaseModel
from sqlalchemy.sql.visitors import iterate

from .test_list_plans import LISTS, One

Migrated = Callable[[Service], Awaitable[str]]
ROWS = 40
NUMBERS = ("0.0000000", "12.50", "-3", "1e25", "0.1234567890123456789")
TEXTS = ("plain", "quoted \" \\ / '", "line\nend\tand \u0001\u007f", "\u6797 \u2028 \U0001f600", "")


def model_of(one: One) -> type[BaseModel]:
    for route in (route for router in one.service.routers for route in router.routes if isinstance(route, APIRoute)):
        if getattr(route.endpoint, "listing", None) is one.listing:
            model: type[BaseModel] = get_args(route.response_model.model_fields["items"].annotation)[0]
            return model
    raise AssertionError(one)


def filled(table: sa.Table, model: type[BaseModel]) -> str:
    """SQL for rows that the model takes, with values of every kind that look different in JSON."""
    columns = {column.name: value_in(column, model) for column in table.columns}
    return f"insert into {table.name} ({', '.join(columns)}) select {', '.join(columns.values())} from generate_series(1, {ROWS}) n"


def value_in(column: sa.Column[Any], model: type[BaseModel]) -> str:
    field = model.model_fields.get(column.name)
    may_be_null = field is not None and type(None) in get_args(field.annotation)
    if not column.primary_key and (field is None or may_be_null) and column.name not in {"since", "defined"}:
        if not column.nullable:
            return "0"  # a sum
        return "null" if field is None else f"case when n % 3 > 0 then {some(column, field.annotation)} end"
    return some(column, None if field is None else field.annotation)


def some(column: sa.Column[Any], kind: Any) -> str:
    if words := words_of(kind):
        return one_of(words, "text")
    if isinstance(column.type, sa.ARRAY):
        return f"array[{one_of(TEXTS, 'text')}, 'x']"
    if isinstance(column.type, sa.Text):
        sign = "" if column.primary_key else "-"  # nothing is its own parent
        return f"{one_of(TEXTS, 'text')} || {sign}n"
    if isinstance(column.type, sa.DateTime):
        return "timestamptz '2026-01-01' + (n / 2) * interval '0.100001 seconds'"
    if isinstance(column.type, sa.Date):
        return "date '2025-12-31' + n"
    if isinstance(column.type, sa.Boolean):
        return "n % 2 = 0"
    return "n" if isinstance(column.type, sa.BigInteger) else one_of(NUMBERS, "numeric")


def words_of(kind: Any) -> Sequence[str]:
    kind = next((one for one in get_args(kind) if words_of(one)), kind) if type(None) in get_args(kind) else kind
    if get_origin(kind) is Literal:
        return get_args(kind)
    return list(kind) if isinstance(kind, type) and issubclass(kind, StrEnum) else ()


def one_of(values: Sequence[Any], kind: str) -> str:
    quoted = ", ".join("'" + str(value).replace("'", "''") + "'" for value in values)
    return f"(array[{quoted}]::{kind}[])[1 + n % {len(values)}]"


@pytest.mark.parametrize("one", LISTS, ids=str)
async def test_a_page_says_what_the_model_says_of_each_row(one: One, migrated: Migrated) -> None:
    model = model_of(one)
    plain = plain_rows(model, one.listing.order, descending=one.listing.newest)
    if one.path == "/v1/look-alikes":
        return  # its rows say more than they hold, in words, and nobody reads it a thousand times a second
    assert plain is not None, "a list whose rows are more than plain values is answered by its model: four times the work"
    url, asked = await migrated(one.service), Asked({}, date(2026, 5, 1), ZoneInfo("Asia/Shanghai"))
    query = one.listing.query(asked)
    connection = await asyncpg.connect(url)
    try:
        for table in {part.name: part for part in iterate(query) if isinstance(part, sa.Table)}.values():
            await connection.execute("set session_replication_role = replica")
            await connection.execute(filled(table, model))
    finally:
        await connection.close()
    async with running(one.service, database_url=url) as client:
        rows = await client.runtime.reads.rows(one.listing.compiled(asked, None, 50), None, plain.shape)
        async with client.runtime.reading_everything() as read:
            wanted = (await read.execute(ordered(query, one.listing.order, descending=one.listing.newest).limit(50))).mappings().all()
    assert len(rows) == len(wanted) > 10
    page_of: Any = Page
    said = page_of[model](items=[model.model_validate(row) for row in wanted], next=None).model_dump_json(by_alias=True)
    assert plain.page(rows, None).decode() == said
    assert [list(plain.key_of(row)) for row in rows] == [[row[column.name] for column in one.listing.order] for row in wanted]
