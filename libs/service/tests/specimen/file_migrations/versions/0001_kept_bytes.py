"""The bytes of files."""

from channel_service.files import TABLES
from channel_service.migrations import execute

revision = "0001"
down_revision = None


def upgrade() -> None:
    execute(TABLES)
