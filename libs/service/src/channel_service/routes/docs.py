"""The page that shows the API and lets a person try it: all of it comes from here, so it works without a network and trusts nobody else.

Swagger UI's own files come with a package that ships them for this purpose.
"""

import base64
import hashlib
from functools import cache
from html import escape
from importlib.resources import files

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from channel_service.auth import Open
from channel_service.http.parameters import AnyParameters

router = APIRouter(
    prefix="/docs",
    include_in_schema=False,
    dependencies=[
        Open("it says what any reader of the source code knows"),
        AnyParameters("a page for people: what carries its address on, like a chat, adds parameters of its own"),
    ],
)

_FILES = {"swagger-ui.js": ("swagger-ui-bundle.js", "text/javascript"), "swagger-ui.css": ("swagger-ui.css", "text/css")}
_START = b"""SwaggerUIBundle({
  url: document.currentScript.dataset.openapi, dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null,
  layout: "BaseLayout", presets: [SwaggerUIBundle.presets.apis, SwaggerUIBundle.SwaggerUIStandalonePreset],
});
"""
_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",  # Swagger UI writes styles into its elements
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css" integrity="{swagger-ui.css}">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/swagger-ui.js" integrity="{swagger-ui.js}"></script>
<script src="docs/start.js" integrity="{start.js}" data-openapi="openapi.json"></script>
</body>
</html>
"""


@router.get("")
async def page(request: Request) -> HTMLResponse:
    text = _PAGE.replace("{title}", escape(request.app.title))
    for name in (*_FILES, "start.js"):
        text = text.replace(f"{{{name}}}", _digest(name))
    return HTMLResponse(text, headers={"content-security-policy": _POLICY, "cache-control": "no-cache", "referrer-policy": "no-referrer"})


@router.get("/swagger-ui.js")
async def script() -> Response:
    return _file("swagger-ui.js")


@router.get("/swagger-ui.css")
async def style() -> Response:
    return _file("swagger-ui.css")


@router.get("/start.js")
async def start() -> Response:
    return Response(_START, media_type="text/javascript", headers={"cache-control": "no-cache"})


def _file(name: str) -> Response:
    return Response(_content(name), media_type=_FILES[name][1], headers={"cache-control": "public, max-age=86400"})


@cache
def _content(name: str) -> bytes:
    return _START if name == "start.js" else files("fastapi_offline").joinpath("static", _FILES[name][0]).read_bytes()


@cache
def _digest(name: str) -> str:
    return "sha384-" + base64.b64encode(hashlib.sha384(_content(name)).digest()).decode()
