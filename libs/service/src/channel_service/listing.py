"""A list, declared once: its rows, their order, and what narrows them. The route with its parameters, pages and the export follow.

``ORDER_LIST = Listing(ORDERS, ROWS, order=[...], filters=[...])`` and then
``list_route(router, "", ORDER_LIST, OrderRow, summary="Orders, newest first")``.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from keyword import iskeyword
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from channel_events import found
from channel_events.view import Table, View
from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from channel_service.dependencies import PageDep, ReadDep, RuntimeDep
from channel_service.paging import Everything, Page, fetch_page, ordered
from channel_service.reading import Compiled, compiled, plain_rows
from channel_service.seeing import SeenBy

QUESTIONS = 200
"""So many questions of a list are kept as they are sent: some 2 KB each."""
Condition = sa.ColumnElement[bool]
_SEARCH = "Any part of name or id, in any case."
_OF_THE_ROUTE = {"limit", "cursor", "wait_for", "format", "read", "page", "runtime"}
"""Names that parameters of a list or its export have already: a filter by one of them would silently be the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A parameter that narrows a list.

    ``kind`` is the type of its value, with its limits. ``where`` gives the condition for a value; without one the list's own
    query looks at the value.
    """

    name: str
    kind: Any
    where: Callable[[Any], Condition] | None = None
    description: str | None = None
    examples: Sequence[Any] | None = None


def same(column: sa.ColumnElement[Any], kind: Any, description: str | None = None) -> Filter:
    """Narrows to the rows with this very value in ``column``, by a parameter of its name."""
    return Filter(name=str(column.key), kind=kind, where=lambda value: column == value, description=description)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a caller asks a list for: ``values`` by the names of its filters, of those that were given; on a business date in a zone."""

    values: Mapping[str, Any]
    today: date
    zone: ZoneInfo

    def get(self, name: str) -> Any:
        return self.values.get(name)

    def end_of(self, name: str) -> datetime | None:
        """The moment at which the day ended that was given for this filter; None when none was."""
        day = self.values.get(name)
        return None if day is None else datetime.combine(day + timedelta(days=1), time.min, self.zone)


class Listing:
    """The rows of ``query`` in one order, narrowed by filters.

    ``query`` is a select, or a pure function that makes one of what was `Asked`; conditions of filters are pure, too. ``order`` are
    columns of it, unique together and never null; ``newest`` turns it round. With ``search``, a table that can be searched, people find
    rows by any part of a text (``q``). A caller's ``wait_for`` waits for ``view``.
    """

    def __init__(
        self,
        view: View | None,
        query: sa.Select[Any] | Callable[[Asked], sa.Select[Any]],
        *,
        order: Sequence[sa.ColumnElement[Any]],
        newest: bool = False,
        filters: Sequence[Filter] = (),
        search: Table | None = None,
    ) -> None:
        self.view, self.order, self.newest = view, tuple(order), newest
        self.filters = {one.name: one for one in filters}
        if search is not None:
            kind = Annotated[str, Field(max_length=100)]
            self.filters["q"] = Filter(name="q", kind=kind, where=lambda q: found(search, q), description=_SEARCH, examples=["jade"])
        if taken := _OF_THE_ROUTE & self.filters.keys():
            raise ValueError(f"a list has {', '.join(sorted(taken))} of its own; call the filter something else")
        self._query = query
        self._compiled = lru_cache(QUESTIONS)(self._compile)

    def query(self, asked: Asked) -> sa.Select[Any]:
        """The rows that were asked for, in no order."""
        query = self._query if isinstance(self._query, sa.Select) else self._query(asked)
        given = ((self.filters[name].where, value) for name, value in asked.values.items())
        return query.where(*(where(value) for where, value in given if where is not None))

    def compiled(self, asked: Asked, after: Sequence[Any] | None, limit: int) -> Compiled:
        """What is sent to ask for ``limit`` rows behind the one whose key is ``after``. What is asked again and again, like the first page,
        is made once."""
        question = tuple(asked.values.items()), asked.today, asked.zone, None if after is None else tuple(after), limit
        try:
            return self._compiled(*question)
        except TypeError:  # a value that has no hash
            return self._compile(*question)

    def _compile(
        self, values: tuple[tuple[str, Any], ...], today: date, zone: ZoneInfo, after: tuple[Any, ...] | None, limit: int
    ) -> Compiled:
        query = self.query(Asked(dict(values), today, zone))
        return compiled(ordered(query, self.order, after, descending=self.newest).limit(limit))


def list_route(router: APIRouter, path: str, listing: Listing, row: type[BaseModel], *, summary: str) -> None:
    """Adds the route that answers with pages of ``listing``; parameters in ``path`` are filters of it, too."""
    whole = router.prefix + path
    names = {_argument(name): name for name in listing.filters}
    types = [column.type.python_type for column in listing.order]
    plain = plain_rows(row, listing.order, descending=listing.newest)

    async def endpoint(read: ReadDep, page: PageDep, runtime: RuntimeDep, **given: Any) -> Any:
        zone = runtime.settings.zone
        asked = Asked({names[one]: value for one, value in given.items() if value is not None}, datetime.now(zone).date(), zone)
        if plain is None or isinstance(page, Everything):
            return await fetch_page(read, listing.query(asked), page, key=listing.order, row=row.model_validate, descending=listing.newest)
        rows = await read.rows(listing.compiled(asked, page.after(types), page.limit + 1), plain.shape)
        shown = rows[: page.limit]
        return page.answer(plain.page(shown, page.next(plain.key_of(shown[-1])) if len(rows) > page.limit else None))

    own = list(inspect.signature(endpoint).parameters.values())[:-1]
    parameters = [_parameter(one, f"{{{one.name}}}" in whole) for one in listing.filters.values()]
    signature = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in (*own, *parameters)]
    page_of: Any = Page
    endpoint.__signature__ = inspect.Signature(signature, return_annotation=page_of[row])  # type: ignore[attr-defined]
    endpoint.__annotations__ = {one.name: one.annotation for one in signature} | {"return": page_of[row]}
    endpoint.listing = listing  # type: ignore[attr-defined]
    router.add_api_route(
        path,
        endpoint,
        methods=["GET"],
        status_code=200,
        name=f"list_{[part for part in whole.split('/') if not part.startswith('{')][-1]}",
        summary=summary,
        dependencies=[] if listing.view is None else [SeenBy(listing.view)],
    )


def _parameter(filter_: Filter, in_path: bool) -> inspect.Parameter:
    described: dict[str, Any] = {"description": filter_.description, "examples": filter_.examples}
    kind: Any = filter_.kind
    if in_path:
        annotation: Any = Annotated[kind, Path(**described)]
    else:
        annotation = Annotated[kind | None, Query(alias=filter_.name, **described)]
    default = inspect.Parameter.empty if in_path else None
    return inspect.Parameter(_argument(filter_.name), inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


def _argument(name: str) -> str:
    """The name of a filter as one of Python's: ``from`` is none."""
    return f"{name}_" if iskeyword(name) else name
