"""Pages by keyset: a cursor holds the sort key of the last row, so pages neither skip nor repeat rows when others come and go."""

import base64
import hashlib
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Generic, TypeVar

import msgspec
import sqlalchemy as sa
from channel_events.pure import Rejected
from fastapi import Query, Request, Response
from pydantic import BaseModel, Field

from channel_service.problems.refusals import invalid
from channel_service.reading import Read, in_order

T = TypeVar("T")
MAX_LIMIT = 200
_CHECK_BYTES = 6


class Page(BaseModel, Generic[T]):
    """Some rows, and where to go on: ``next`` is the ``cursor`` of the next request, null on the last page."""

    items: list[T]
    next: str | None = Field(None, examples=["WyJwLTEwMDEiXQ"])


class PageRequest:
    """Which page of which list a request asks for."""

    def __init__(self, request: Request, response: Response, limit: int, cursor: str | None) -> None:
        self.limit = limit
        self._request, self._response, self._cursor = request, response, cursor

    def after(self, types: Sequence[type[Any]]) -> list[Any] | None:
        """The sort key to go on behind; None for the first page.

        `Rejected` (``invalid_request``) for a cursor that this very list never gave: of another one, or with a character changed.
        """
        if self._cursor is None:
            return None
        try:
            whole = base64.b64decode(self._cursor.encode("ascii") + b"=" * (-len(self._cursor) % 4), b"-_", validate=True)
            payload = whole[_CHECK_BYTES:]
            if whole[:_CHECK_BYTES] != self._check(payload):
                raise _bad_cursor()
            values = zip(msgspec.json.decode(payload, type=list), types, strict=True)
            return [_storable(msgspec.convert(value, kind)) for value, kind in values]
        except (ValueError, msgspec.MsgspecError):  # binascii.Error and UnicodeError are ValueErrors
            raise _bad_cursor() from None

    def next(self, values: Sequence[Any]) -> str:
        """The cursor of the page that goes on behind ``values``; also tells it as a link (RFC 8288)."""
        payload = msgspec.json.encode(list(values))
        cursor = base64.urlsafe_b64encode(self._check(payload) + payload).rstrip(b"=").decode()
        url = self._request.url.include_query_params(cursor=cursor)
        self._response.headers["link"] = f'<{url.path}?{url.query}>; rel="next"'
        return cursor

    def answer(self, body: bytes) -> Response:
        """The answer with this body, and what was said in its head so far."""
        answer = Response(body, media_type="application/json")
        answer.raw_headers.extend(self._response.raw_headers)
        return answer

    def _check(self, payload: bytes) -> bytes:
        # No secret: a forged cursor shows no more than a question for the same rows would. It finds mistakes.
        list_ = f"{self._request.app.state.runtime.service.name} {self._request.url.path}\n"
        return hashlib.blake2b(list_.encode() + payload, digest_size=_CHECK_BYTES).digest()


class Everything(PageRequest):
    """All rows instead of a page, for an export: `fetch_page` leaves its query here and asks nothing; a list that needs no query
    gives all of its rows."""

    def __init__(self, query: sa.Select[Any] | None = None, row: Callable[[Mapping[str, Any]], Any] = dict) -> None:
        self.limit = sys.maxsize
        self.query, self.row = query, row

    def after(self, types: Sequence[type[Any]]) -> None:
        return None


async def page_request(
    request: Request,
    response: Response,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Rows on a page.")] = 50,
    cursor: Annotated[str | None, Query(max_length=2000, description="`next` of the page before.")] = None,
) -> PageRequest:
    """The FastAPI dependency behind ``PageDep``."""
    return PageRequest(request, response, limit, cursor)


def _storable(value: Any) -> Any:
    """``ValueError`` for what PostgreSQL would fail on; a cursor can be made by hand."""
    if (isinstance(value, str) and "\x00" in value) or (isinstance(value, int) and value.bit_length() > 63):
        raise ValueError
    return value


def _bad_cursor() -> Rejected:
    return invalid("cursor", "is no cursor of this list", "不是此列表的游标")


def ordered(
    query: sa.Select[Any], key: Sequence[sa.ColumnElement[Any]], after: Sequence[Any] | None = None, *, descending: bool = False
) -> sa.Select[Any]:
    """The rows in the order of ``key``, those behind the row whose key is ``after``."""
    if after is not None:
        behind = sa.tuple_(*(sa.literal(v, c.type) for v, c in zip(after, key, strict=True)))
        query = query.where(sa.tuple_(*key) < behind if descending else sa.tuple_(*key) > behind)
    return query.order_by(*(column.desc() if descending else column for column in key))


async def fetch_page(
    read: Read,
    query: sa.Select[Any],
    page: PageRequest,
    *,
    key: Sequence[sa.ColumnElement[Any]],
    row: Callable[[Mapping[str, Any]], T],
    descending: bool = False,
) -> Page[T]:
    """One page of ``query`` in the order of ``key``, which must be unique, not null, and among the selected columns."""
    query = ordered(query, key, page.after([column.type.python_type for column in key]), descending=descending)
    if isinstance(page, Everything):
        page.query, page.row = query, row
        return Page(items=[], next=None)
    rows = await read.dicts(query.limit(page.limit + 1), in_order(key, descending=descending))
    shown = rows[: page.limit]
    more = len(rows) > page.limit
    return Page(items=[row(one) for one in shown], next=page.next([shown[-1][column.name] for column in key]) if more else None)
