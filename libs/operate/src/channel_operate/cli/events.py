"""``status``, ``tail``, ``replay``, ``restored``: what there is and was."""

from pathlib import Path
from typing import Annotated, Any

import typer

from channel_operate.cli import reading
from channel_operate.cli.output import Json, Yes, confirm, line, run, say, table
from channel_operate.cli.standing import standing
from channel_operate.cli.target import Target, target

After = Annotated[int | None, typer.Option("--from", min=0, help="Begin behind this position.")]


def status(context: typer.Context, as_json: Json = False) -> None:
    """Show how far the log, its relay and all its subscriptions are."""
    found = run(standing(target(context.obj)))
    if as_json:
        for one in found:
            typer.echo(line(one))
    else:
        names = ("what", "source", "partition", "position", "state", "parked")
        table(names, [[one.get(name) for name in names] for one in found])


def tail(
    context: typer.Context,
    topic: Annotated[bool, typer.Option("--topic", help="What the broker holds, not the log.")] = False,
    after: After = None,
    last: Annotated[int, typer.Option("-n", "--last", min=1, max=10_000, help="How many of the past, without --from.")] = 20,
    follow: Annotated[bool, typer.Option("-f", "--follow", help="Go on until Ctrl-C.")] = False,
    as_json: Json = False,
) -> None:
    """Show the last events of the log, or of the topic."""
    read = reading.tail_topic if topic else reading.tail_log
    run(read(target(context.obj), after, last, follow=follow, show=_shower(as_json)))


def replay(
    context: typer.Context,
    stream: Annotated[str | None, typer.Argument(help="A stream, like order/direct:1001; without one, a range of positions.")] = None,
    after: Annotated[int, typer.Option("--from", min=0, help="Begin behind this position.")] = 0,
    until: Annotated[int | None, typer.Option("--to", min=0, help="End with this position; without it, with the last one.")] = None,
    out: Annotated[Path | None, typer.Option("--out", dir_okay=False, help="A file to write; without it, standard output.")] = None,
) -> None:
    """Write a stream's events, or a range of the log, as NDJSON, oldest first. Exit status 1: there is no event."""
    if not run(reading.replay(target(context.obj), stream, after, until, out, _shower(as_json=True))):
        raise typer.Exit(1)


def restored(context: typer.Context, yes: Yes = False, as_json: Json = False) -> None:
    """Say that the log was restored from a copy of its folder or volume, which nobody can notice.

    Its positions move on, past all that anybody may have seen, and every partition is told. Harmless when nothing was lost.
    """
    chosen = target(context.obj)
    confirm(f"The log of {chosen.name} moves its positions on and tells all readers that it was restored.", yes=yes)
    position = run(_restored(chosen))
    say(f"told; the log of {chosen.name} goes on at position {position}", {"service": chosen.name, "position": position}, as_json=as_json)


async def _restored(chosen: Target) -> int:
    log = await chosen.log()
    try:
        return await log.restored()
    finally:
        await log.close()


def _shower(as_json: bool) -> reading.Show:
    def show(event: dict[str, Any]) -> None:
        typer.echo(line(event) if as_json else reading.one_line(event))

    return show


COMMANDS = (status, tail, replay, restored)
