"""``republish``, ``reset-topic``, ``broker``: the service's topic, which the log can fill again at any time."""

from typing import Annotated

import typer

from channel_operate import topics
from channel_operate.cli.output import FOUND, Json, Yes, bar, confirm, line, run, say, table
from channel_operate.cli.target import target
from channel_operate.conformance import TRIALS, try_broker


def republish(
    context: typer.Context,
    after: Annotated[int, typer.Option("--from", min=0, help="Send what is behind this position; 0 is everything.")],
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Send public events again. Readers pass over those that they know; the relay stands by meanwhile."""
    chosen = target(context.obj)
    there = chosen.broker
    confirm(f"All public events of {chosen.name} behind position {after} are sent to {chosen.topic} again.", yes=yes)
    with bar("republish", None) as progress:
        sent = topics.republish(chosen.dsn, there, chosen.name, chosen.topic, after, lambda count, _: progress.advance(count))
        count = run(sent)
    say(f"{count} events sent again to {chosen.topic}", {"service": chosen.name, "topic": chosen.topic, "sent": count}, as_json=as_json)


def reset_topic(context: typer.Context, yes: Yes = False, as_json: Json = False) -> None:
    """Delete the topic with all its records; the relay makes it and fills it again from the log.

    For a topic that holds what the log has lost. Afterwards, views that say `forked` are to be rebuilt.
    """
    chosen = target(context.obj)
    there = chosen.broker
    confirm(f"Topic {chosen.topic} is deleted; the relay of {chosen.name} fills it again from the log.", yes=yes)
    run(topics.reset_topic(chosen.dsn, there, chosen.topic))
    say(f"{chosen.topic} is empty; the relay fills it", {"service": chosen.name, "topic": chosen.topic}, as_json=as_json)


def broker(context: typer.Context, as_json: Json = False) -> None:
    """Try what the broker can do, in topics of its own. Exit status 1: it cannot do what the platform needs."""
    with bar("trying", len(TRIALS)) as progress:
        tried = run(try_broker(target(context.obj).broker, lambda _: progress.advance()))
    if as_json:
        for one in tried:
            typer.echo(line(one))
    else:
        table(
            ("ability", "works", "needed", "seen"),
            [[one.ability, "yes" if one.works else "no", "yes" if one.needed else "", one.answer] for one in tried],
        )
    if not all(one.works for one in tried if one.needed):
        raise typer.Exit(FOUND)


COMMANDS = (republish, reset_topic, broker)
