"""A table that no view makes."""

from channel_service.migrations import execute

revision = "0001"
down_revision = None


def upgrade() -> None:
    execute("create table remark (counter text primary key, said text not null)")
