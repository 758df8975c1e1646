"""Reading one's own writes: ``?wait_for=TOKEN`` holds a read back until a view has seen the write that gave the token."""

from collections.abc import Mapping
from typing import Annotated, Any

from channel_events.pure import Rejected
from channel_events.subscription import BadToken, ViewBehind, wait_for
from channel_events.view import View
from fastapi import Depends, Query, Request

from channel_service.problems.refusals import invalid

WAIT_SECONDS = 5.0


def SeenBy(view: View) -> Any:  # noqa: N802 - read as a declaration: dependencies=[SeenBy(DIRECTORY)]
    """A route's dependency: it answers when ``view`` has seen the write named by ``wait_for``, or 503 `view_behind`."""

    async def seen(
        request: Request,
        token: Annotated[
            str | None,
            Query(alias="wait_for", max_length=500, description="The token of a write; the answer waits until it is seen here."),
        ] = None,
    ) -> None:
        if token is None:
            return

        async def fetch(sql: str, *values: Any) -> list[Mapping[str, Any]]:
            async with request.app.state.runtime.reading() as connection:
                return list((await connection.exec_driver_sql(sql, values)).mappings())

        try:
            await wait_for(fetch, view, token, WAIT_SECONDS)
        except BadToken:
            raise invalid("wait_for", "is no token of a write", "不是写入返回的令牌") from None
        except ViewBehind as behind:
            raise Rejected("view_behind", position=max(behind.reached.values(), default=0)) from None

    return Depends(seen)
