"""The event log, and how far its relay and subscriptions are."""

from channel_events import schema
from channel_service.migrations import execute

revision = "0001"
down_revision = None


def upgrade() -> None:
    execute(schema.LOG + schema.SUBSCRIPTIONS)
