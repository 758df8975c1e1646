"""The secrets that sources sign with, sealed; which of them count is in the log."""

from channel_service.migrations import execute

revision = "0001"
down_revision = None


def upgrade() -> None:
    execute(
        """
        create table source_secret (
          source    text not null,
          secret_id text not null,
          sealed    bytea not null,
          primary key (source, secret_id)
        );
        """
    )
