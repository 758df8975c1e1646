"""Reading one's own writes: ``?wait_for=TOKEN`` holds a read back until a view has seen the write that gave the token."""

from typing import Annotated, Any

from channel_events.pure import Rejected
from channel_events.subscription import BadReceipt, ViewBehind, wait_for, wanted
from channel_events.view import OWN_LOG, View
from fastapi import Depends, Query, Request

from channel_service.problems.refusals import invalid

WAIT_SECONDS = 5.0


def SeenBy(view: View | None = None) -> Any:  # noqa: N802 - read as a declaration: dependencies=[SeenBy(DIRECTORY)]
    """A route's dependency: it answers when ``view`` has seen the write named by ``wait_for``, or 503 `view_behind`.

    A token of a write that the own log does not have is refused at once (`token_ahead`): after a restore it would be waited
    for in vain. Without a view that is all that is looked at: for what is read from the log itself.
    """

    async def seen(
        request: Request,
        token: Annotated[
            str | None,
            Query(alias="wait_for", max_length=1000, description="The token of a write; the answer waits until it is seen here."),
        ] = None,
    ) -> None:
        if token is None:
            return
        runtime = request.app.state.runtime
        try:
            if view is None or view.sources[0] is OWN_LOG:
                head = await runtime.log.head()
                if wanted(token, OWN_LOG)[0] > head:
                    raise Rejected("token_ahead", head=head)
            if view is not None:
                await wait_for(runtime.fetch, view, token, WAIT_SECONDS)
        except BadReceipt:
            raise invalid("wait_for", "is no token of a write", "不是写入返回的令牌") from None
        except ViewBehind as behind:
            raise Rejected("view_behind", position=max(behind.reached.values(), default=0)) from None

    return Depends(seen)
