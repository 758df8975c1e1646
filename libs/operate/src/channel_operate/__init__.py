"""channel_operate: what only operators run. The command line, the trial of a broker, and the works behind its commands.

It takes `channel_events` apart as no service may, and nothing that serves requests or moves events needs it.
"""

from channel_operate.forking import accept_fork
from channel_operate.rebuilding import Busy, Rebuilt, Where, drop_retired_builds, rebuild
from channel_operate.services import Installed, installed
from channel_operate.topics import RelayBusy, republish, reset_topic
from channel_operate.verifying import Difference, TableVerified, Verified, verify

__all__ = [
    "Busy",
    "Difference",
    "Installed",
    "Rebuilt",
    "RelayBusy",
    "TableVerified",
    "Verified",
    "Where",
    "accept_fork",
    "drop_retired_builds",
    "installed",
    "rebuild",
    "republish",
    "reset_topic",
    "verify",
]
