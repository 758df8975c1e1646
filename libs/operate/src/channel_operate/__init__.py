"""channel_operate: what only operators run. The command line, the trial of a broker, and the works behind its commands.

It takes `channel_events` apart as no service may, and nothing that serves requests or moves events needs it.

A name is imported when it is asked for: who only wants to know which services are `installed` waits for nothing else.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from channel_operate.drawing_level import Told, Where
    from channel_operate.forking import accept_fork
    from channel_operate.rebuilding import Rebuilt, rebuild
    from channel_operate.services import Installed, installed
    from channel_operate.topics import RelayBusy, republish, reset_topic
    from channel_operate.verifying import Difference, TableVerified, Verified, verify

__all__ = [
    "Difference",
    "Installed",
    "Rebuilt",
    "RelayBusy",
    "TableVerified",
    "Told",
    "Verified",
    "Where",
    "accept_fork",
    "installed",
    "rebuild",
    "republish",
    "reset_topic",
    "verify",
]

_HOMES = {
    "drawing_level": ("Told", "Where"),
    "forking": ("accept_fork",),
    "rebuilding": ("Rebuilt", "rebuild"),
    "services": ("Installed", "installed"),
    "topics": ("RelayBusy", "republish", "reset_topic"),
    "verifying": ("Difference", "TableVerified", "Verified", "verify"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
