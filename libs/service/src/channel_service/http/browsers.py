"""Reading from a browser whose page came from another service: the live board shows the events of all of them."""

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from channel_service.settings import Settings


def for_browsers(settings: Settings) -> list[Middleware]:
    """Lets pages of ``allowed_origins`` read, and only read, with a token that they send themselves; nothing when there are none."""
    if not settings.allowed_origins:
        return []
    origins = settings.allowed_origins.split(",")
    headers = ["authorization", "accept-language"]
    return [Middleware(CORSMiddleware, allow_origins=origins, allow_methods=["GET"], allow_headers=headers, allow_credentials=False)]
