"""The event log, its relay, subscriptions, streams that wait, and which build of a view is read."""

from channel_events import schema
from channel_service.migrations.script import execute

revision = "0001"
down_revision = None


def upgrade() -> None:
    execute(schema.TABLES)
