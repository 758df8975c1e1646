"""The secrets that webhooks are signed with, sealed; which of them count is in the log."""

from channel_service.migrations import execute

revision = "0001"
down_revision = None


def upgrade() -> None:
    execute(
        """
        create table webhook_secret (
          webhook_id text not null,
          secret_id  text not null,
          sealed     bytea not null,
          primary key (webhook_id, secret_id)
        );
        """
    )
