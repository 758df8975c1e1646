"""Which formats an export comes in, and which of them a request asks for."""

from enum import StrEnum
from typing import Annotated

from channel_events.pure import Rejected
from fastapi import Query, Request


class Format(StrEnum):
    NDJSON = "ndjson"
    CSV = "csv"
    PARQUET = "parquet"

    @property
    def media_type(self) -> str:
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    Format.NDJSON: "application/x-ndjson",
    Format.CSV: "text/csv; charset=utf-8",
    Format.PARQUET: "application/vnd.apache.parquet",
}
_BY_TYPE = {media_type.partition(";")[0]: one for one, media_type in _MEDIA_TYPES.items()}

FormatQuery = Annotated[Format | None, Query(alias="format", description="When left out, what `Accept` asks for; else NDJSON.")]


def chosen(asked: Format | None, request: Request, offered: tuple[Format, ...] = tuple(Format)) -> Format:
    """The format to answer in; `Rejected` (``format_unsupported``, 406) when there is none that the client takes."""
    if asked is not None:
        if asked not in offered:
            raise _unsupported(offered)
        return asked
    accepted = [one.partition(";")[0].strip().lower() for one in request.headers.get("accept", "*/*").split(",")]
    for media_type in accepted:
        if _BY_TYPE.get(media_type) in offered:
            return _BY_TYPE[media_type]
    if not accepted or {"*/*", "application/*", ""} & set(accepted):
        return offered[0]
    raise _unsupported(offered)


def _unsupported(offered: tuple[Format, ...]) -> Rejected:
    return Rejected("format_unsupported", offered=", ".join(offered))


def answers(*offered: Format) -> dict[int | str, dict[str, object]]:
    """For the API's description."""
    content = {one.media_type.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}} for one in offered or tuple(Format)}
    return {200: {"description": "All rows, as a stream.", "content": content}}
