"""Pages by keyset: a cursor holds the sort key of the last row, so pages neither skip nor repeat rows when others come and go."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Generic, TypeVar

import msgspec
import sqlalchemy as sa
from channel_events.pure import Rejected
from fastapi import Query
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from channel_service.problems.refusals import invalid

T = TypeVar("T")
MAX_LIMIT = 200


class Page(BaseModel, Generic[T]):
    """Some rows, and where to go on: ``next`` is the ``cursor`` of the next request, null on the last page."""

    items: list[T]
    next: str | None = Field(None, examples=["WyJwLTEwMDEiXQ"])


class PageRequest(msgspec.Struct, frozen=True):
    """Which page a request asks for."""

    limit: int
    cursor: str | None


async def page_request(
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Rows on a page.")] = 50,
    cursor: Annotated[str | None, Query(max_length=2000, description="`next` of the page before.")] = None,
) -> PageRequest:
    """The FastAPI dependency behind ``PageDep``."""
    return PageRequest(limit, cursor)


def bad_cursor() -> Rejected:
    return invalid("cursor", "is no cursor of this list", "不是此列表的游标")


def encode_cursor(values: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(list(values))).rstrip(b"=").decode()


def decode_cursor(cursor: str, types: Sequence[type[Any]]) -> list[Any]:
    """The values in a cursor; `Rejected` (``invalid_request``) when it is none of ours or of another list."""
    try:
        raw = msgspec.json.decode(base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)), type=list)
        if len(raw) != len(types) or "\x00" in str(raw):
            raise bad_cursor()
        return [msgspec.convert(value, kind) for value, kind in zip(raw, types, strict=True)]
    except (msgspec.MsgspecError, binascii.Error, UnicodeError):
        raise bad_cursor() from None


async def fetch_page(
    connection: AsyncConnection,
    query: sa.Select[Any],
    page: PageRequest,
    *,
    key: Sequence[sa.ColumnElement[Any]],
    row: Callable[[Mapping[str, Any]], T],
    descending: bool = False,
) -> Page[T]:
    """One page of ``query`` in the order of ``key``, which must be unique, not null, and among the selected columns."""
    types = [column.type.python_type for column in key]
    if page.cursor is not None:
        after = sa.tuple_(*(sa.literal(v, c.type) for v, c in zip(decode_cursor(page.cursor, types), key, strict=True)))
        query = query.where(sa.tuple_(*key) < after if descending else sa.tuple_(*key) > after)
    query = query.order_by(*(column.desc() if descending else column for column in key)).limit(page.limit + 1)
    rows = (await connection.execute(query)).mappings().all()
    shown = rows[: page.limit]
    more = len(rows) > page.limit
    return Page(items=[row(one) for one in shown], next=encode_cursor([shown[-1][column] for column in key]) if more else None)
