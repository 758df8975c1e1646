"""Views and reactions kept up with the logs they follow."""

from channel_events.subscription.joint import Joint
from channel_events.subscription.parking import Parked, ParkedEvent, parked, parked_events
from channel_events.subscription.queries import moved_query, parked_events_query, parked_streams_query, progress_query, serving_query
from channel_events.subscription.reaction_subscription import ReactionSubscription
from channel_events.subscription.redriving import RedriveResult, redrive
from channel_events.subscription.retiring import Busy, drop_retired_builds
from channel_events.subscription.serving import SERVING_PATH, USE_SERVING, USE_SERVING_FROM_NOW, use_serving
from channel_events.subscription.tables import create_reactions, create_view_tables
from channel_events.subscription.view_subscription import ViewSubscription
from channel_events.subscription.waiting import BadReceipt, ViewBehind, wait_for, wanted

__all__ = [
    "SERVING_PATH",
    "USE_SERVING",
    "USE_SERVING_FROM_NOW",
    "BadReceipt",
    "Busy",
    "Joint",
    "Parked",
    "ParkedEvent",
    "ReactionSubscription",
    "RedriveResult",
    "ViewBehind",
    "ViewSubscription",
    "create_reactions",
    "create_view_tables",
    "drop_retired_builds",
    "moved_query",
    "parked",
    "parked_events",
    "parked_events_query",
    "parked_streams_query",
    "progress_query",
    "redrive",
    "serving_query",
    "use_serving",
    "wait_for",
    "wanted",
]
