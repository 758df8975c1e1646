"""channel_operate: what only operators run. The command line, the trial of a broker, and the works behind its commands.

It takes `channel_events` apart as no service may, and nothing that serves requests or moves events needs it.
"""

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
