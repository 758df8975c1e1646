"""Frames of what came into the facts, for those who follow KPIs live; see ``metrics.views.changes``."""

from channel_service.migrations import execute

revision = "0001"
down_revision = None


def upgrade() -> None:
    execute(
        """
        create table live_frame (
          number   bigint primary key,
          mark     text not null default substr(gen_random_uuid()::text, 1, 8),
          reach    text not null,
          whole    boolean not null,
          sums     text not null,
          taken_at timestamptz not null default clock_timestamp()
        );
        """
    )
