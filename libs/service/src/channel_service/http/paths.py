"""Names in paths, as the systems that gave them write them: a slash that belongs to a name is sent as ``%2F``, and stays a part of it.

Servers decode a path before it is compared with the routes; then ``/v1/products/A%2FB`` would be another address. So where something is
encoded that matters, each part of the path is decoded for itself, and what would be taken for a separator stays encoded until a route has
found its parameters.
"""

from urllib.parse import unquote

from starlette.convertors import CONVERTOR_TYPES, StringConvertor
from starlette.types import Scope


def keep_parts(scope: Scope) -> None:
    """Puts the path of a request so that each of its parts stays one."""
    raw: bytes = scope.get("raw_path") or b""
    if b"%2" in raw:  # nearly no path has one
        parts = (unquote(part) for part in raw.decode("latin-1").split("/"))
        scope["path"] = "/".join(part.replace("%", "%25").replace("/", "%2F") for part in parts)


def meant(part: str) -> str:
    """A part of such a path as it was meant."""
    return part.replace("%2F", "/").replace("%25", "%") if "%2" in part else part


class Name(StringConvertor):
    """A parameter is a part as it was meant."""

    def convert(self, value: str) -> str:
        return meant(value)


CONVERTOR_TYPES["str"] = Name()
"""For all routes: Starlette has no other place to say so, and reads it when a route is made."""
