"""Every list as an export: ``GET /v1/exports/<the list's path>``, with the list's own filters, waits and scope.

Nothing is declared: a route that answers with a `Page` and takes a ``PageDep`` is a list.
"""

import inspect
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from typing import Any, get_args

import sqlalchemy as sa
from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from channel_service.dependencies import PageDep, RuntimeDep
from channel_service.exporting.answer import Export, Parts
from channel_service.exporting.encoders import FileEncoder, encoder
from channel_service.exporting.formats import FormatQuery, answers, chosen
from channel_service.paging import Everything, Page
from channel_service.runtime import Runtime

BATCH = 500
"""Rows fetched at once."""
_PREFIX = "/v1/"
EXPORTS = "/v1/exports/"


def export_routes(routers: Iterable[APIRouter]) -> APIRouter:
    """The exports of all lists of these routers."""
    exports = APIRouter(tags=["exports"])
    for router in routers:
        for route in router.routes:
            if isinstance(route, APIRoute) and (model := _row_model(route)):
                path = EXPORTS + route.path.removeprefix(_PREFIX)
                exports.add_api_route(
                    path,
                    _endpoint(route, model),
                    methods=["GET"],
                    status_code=200,
                    operation_id="export_" + path.removeprefix(EXPORTS).replace("/", "_").replace("{", "").replace("}", ""),
                    summary=f"Export: {route.summary}",
                    dependencies=route.dependencies,
                    responses=answers(),
                )
    return exports


def _row_model(route: APIRoute) -> type[BaseModel] | None:
    page = route.response_model
    if not (isinstance(page, type) and issubclass(page, Page)) or not _page_parameters(route.endpoint):
        return None
    (model,) = get_args(page.model_fields["items"].annotation)
    return model if isinstance(model, type) and issubclass(model, BaseModel) else None


def _page_parameters(endpoint: Callable[..., Any]) -> list[str]:
    return [name for name, one in inspect.signature(endpoint, eval_str=True).parameters.items() if one.annotation == PageDep]


def _endpoint(route: APIRoute, model: type[BaseModel]) -> Callable[..., Any]:
    """Asks the list's own endpoint for everything, and streams what it would have given a page of."""
    signature = inspect.signature(route.endpoint, eval_str=True)
    (page,) = _page_parameters(route.endpoint)
    name = route.path.removeprefix(_PREFIX).split("/")[-1].strip("{}")

    async def endpoint(export_request: Request, export_runtime: RuntimeDep, export_format: FormatQuery = None, **given: Any) -> Export:
        """All rows, in the list's order, as they are in one moment."""
        format_ = chosen(export_format, export_request)
        everything = Everything()
        answered = await route.endpoint(**given, **{page: everything})
        encode = encoder(model, format_, for_spreadsheets=export_runtime.settings.csv_for_spreadsheets)
        parts = list_parts(export_runtime, export_request.state.principal.scope, everything, answered.items, encode)
        return Export(export_request, f"{name}.{format_}", format_.media_type, parts)

    own = inspect.signature(endpoint).parameters
    keyword = inspect.Parameter.KEYWORD_ONLY
    theirs = [one.replace(kind=keyword) for one in signature.parameters.values() if one.name != page]
    ours = [one.replace(kind=keyword) for one in own.values() if one.kind is not inspect.Parameter.VAR_KEYWORD]
    endpoint.__signature__ = inspect.Signature([*theirs, *ours], return_annotation=Export)  # type: ignore[attr-defined]
    return endpoint


def list_parts(
    runtime: Runtime,
    scope: str | None,
    everything: Everything,
    items: Sequence[BaseModel],
    encode: FileEncoder,
    before: sa.Executable | None = None,
) -> Parts:
    """What an `Export` of a list sends to a caller of this scope: from its query, or from ``items`` of a list that has none.

    ``before`` is executed before the query.
    """

    @asynccontextmanager
    async def parts() -> AsyncIterator[AsyncIterator[bytes]]:
        async with AsyncExitStack() as stack:
            if everything.query is None:
                batches = _once(items)
            else:
                connection = await stack.enter_async_context(runtime.reading(scope))
                if before is not None:
                    await connection.execute(before)
                batches = await stack.enter_async_context(aclosing(fetched(connection, everything.query, everything.row)))
            yield await stack.enter_async_context(aclosing(encoded(batches, encode)))

    return parts


async def fetched(
    connection: AsyncConnection, query: sa.Select[Any], row: Callable[[Mapping[str, Any]], Any]
) -> AsyncGenerator[Sequence[Any]]:
    """The rows in batches, through a cursor of the database: neither it nor we hold them all."""
    result = await connection.stream(query, execution_options={"yield_per": BATCH})
    async for batch in result.mappings().partitions():
        yield [row(one) for one in batch]


async def _once(items: Sequence[Any]) -> AsyncGenerator[Sequence[Any]]:
    yield items


async def encoded(batches: AsyncIterator[Sequence[Any]], encode: FileEncoder) -> AsyncGenerator[bytes]:
    async for batch in batches:
        yield encode.rows(batch)
    yield encode.end()
