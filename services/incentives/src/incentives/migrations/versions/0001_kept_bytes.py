"""The bytes of partners' files; which of them are kept is in the log."""

from channel_service.files import TABLES
from channel_service.migrations import execute

revision = "0001"
down_revision = None


def upgrade() -> None:
    execute(TABLES)
