"""Views and reactions kept up with the logs they follow."""

from channel_events.subscription.builds import NotReady
from channel_events.subscription.drawing_level import Told, Where
from channel_events.subscription.forking import accept_fork
from channel_events.subscription.parking import Parked, ParkedEvent, parked, parked_events
from channel_events.subscription.reaction_subscription import ReactionSubscription
from channel_events.subscription.rebuilding import Busy, Rebuilt, drop_retired_builds, rebuild
from channel_events.subscription.redriving import RedriveResult, redrive
from channel_events.subscription.serving import USE_SERVING, use_serving
from channel_events.subscription.tables import create_reactions, create_view_tables
from channel_events.subscription.verifying import Difference, TableVerified, Verified, verify
from channel_events.subscription.view_subscription import ViewSubscription
from channel_events.subscription.waiting import BadToken, ViewBehind, wait_for, wanted

__all__ = [
    "USE_SERVING",
    "BadToken",
    "Busy",
    "Difference",
    "NotReady",
    "Parked",
    "ParkedEvent",
    "ReactionSubscription",
    "Rebuilt",
    "RedriveResult",
    "TableVerified",
    "Told",
    "Verified",
    "ViewBehind",
    "ViewSubscription",
    "Where",
    "accept_fork",
    "create_reactions",
    "create_view_tables",
    "drop_retired_builds",
    "parked",
    "parked_events",
    "rebuild",
    "redrive",
    "use_serving",
    "verify",
    "wait_for",
    "wanted",
]
