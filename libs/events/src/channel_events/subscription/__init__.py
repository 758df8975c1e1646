"""Views kept up with the logs they are folded from."""

from channel_events.subscription.tables import create_view_tables
from channel_events.subscription.view_subscription import ViewSubscription
from channel_events.subscription.waiting import BadToken, ViewBehind, wait_for

__all__ = ["BadToken", "ViewBehind", "ViewSubscription", "create_view_tables", "wait_for"]
