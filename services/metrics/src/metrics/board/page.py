"""The page at ``/board`` and its files. They hold no data: what they show, they ask of the API with the reader's token."""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from channel_events.pure import Rejected
from channel_service import AnyParameters, Open, RuntimeDep
from fastapi import APIRouter, Header, Response
from pydantic import BaseModel

router = APIRouter(
    prefix="/board",
    include_in_schema=False,
    dependencies=[
        Open("it holds no data, and its reader signs in on it"),
        AnyParameters("a page for people: what carries its address on, like a chat, adds parameters of its own"),
    ],
)

FOLDER = Path(str(files("metrics.board"))) / "static"
_TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
# Nothing from elsewhere, nothing inline: a name that holds markup stays text, and the token goes to our services only.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src {}; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-cache",
}


class Services(BaseModel):
    services: dict[str, str]
    """Where a browser reaches each service, as far as ``QUDAO_SERVICE_URLS`` tells."""


@router.get("")
async def board(runtime: RuntimeDep, if_none_match: str | None = Header(None)) -> Response:
    return _answer("index.html", runtime.settings.browsers, if_none_match)


@router.get("/services")
async def services(runtime: RuntimeDep) -> Services:
    return Services(services=dict(runtime.settings.browsers))


@router.get("/{file:path}")
async def board_file(file: str, runtime: RuntimeDep, if_none_match: str | None = Header(None)) -> Response:
    return _answer(file, runtime.settings.browsers, if_none_match)


@cache
def _files() -> dict[str, tuple[bytes, str, str]]:
    """All files by path: content, type, tag. What is not in here is not there: no path can lead outside."""
    found = {}
    for path in FOLDER.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            type_ = _TYPES.get(path.suffix, "text/plain; charset=utf-8")
            found[path.relative_to(FOLDER).as_posix()] = content, type_, f'"{sha256(content).hexdigest()[:16]}"'
    return found


def _answer(file: str, services: Mapping[str, str], known: str | None) -> Response:
    if file not in _files():
        raise Rejected("not_found")
    content, type_, tag = _files()[file]
    headers = {**_HEADERS, "content-security-policy": _POLICY.format(" ".join(["'self'", *services.values()])), "etag": tag}
    if known == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=type_)
