"""Streams that wait, reactions, and which build of a view is read."""

from channel_events import schema
from channel_service.migrations import execute

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    execute(schema.PARKING)
