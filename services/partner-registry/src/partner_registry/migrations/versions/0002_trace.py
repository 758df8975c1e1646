"""Events keep the trace they belong to."""

from channel_events import schema
from channel_service.migrations import execute

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    execute(schema.TRACE)
