"""The command line. Exit statuses: 0 done; 1 something is not as it should be; 2 wrong usage or settings; 3 not confirmed;
4 database or broker cannot be reached or refuses; 130 interrupted."""

import sys
from typing import Annotated

import structlog
import typer

from channel_operate.cli import databases, events, parked, topic, views
from channel_operate.cli.output import command

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they show variables, and those hold passwords
    rich_markup_mode=None,
    help="By hand, on a service's log, topic, views and reactions. Settings are those of the service's processes: QUDAO_DATABASE_URL, "
    "QUDAO_KAFKA_BOOTSTRAP, QUDAO_BROKER_PROFILE, QUDAO_TOPIC_PREFIX, QUDAO_TOPIC_REPLICATION, QUDAO_TOPIC_KEY, "
    "QUDAO_KAFKA_SECURITY, QUDAO_TIMEZONE. "
    "Exit status: 0 done, 1 something is not as it should be, 2 wrong usage or settings, 3 not confirmed, "
    "4 database or broker cannot be reached.",
)


@app.callback()
def chosen(
    context: typer.Context,
    service: Annotated[
        str | None,
        typer.Option("--service", "-s", envvar="QUDAO_SERVICE", help="Its name, like metrics; needed where several are installed."),
    ] = None,
) -> None:
    context.obj = service


for part in (events, topic, parked, views, databases):
    for work in part.COMMANDS:
        app.command(name=work.__name__.replace("_", "-"))(command(work))


def main() -> None:
    """The process ``channel-operate``."""
    # What the library reports of itself is no result.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(file=sys.stderr))
    app()
