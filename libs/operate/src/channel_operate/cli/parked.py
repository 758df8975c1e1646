"""``parked``, ``redrive``: streams that wait because one of their events failed."""

from typing import Annotated, Any

import msgspec
import typer
from channel_events.log.connect import connect_as
from channel_events.reaction import Reaction
from channel_events.subscription import Parked, ParkedEvent, RedriveResult
from channel_events.subscription import parked as find_parked
from channel_events.subscription import parked_events as find_events
from channel_events.subscription import redrive as drive
from channel_events.view import View

from channel_operate.cli.output import FOUND, WRONG, Json, fail, line, run, say, table
from channel_operate.cli.target import Target, target

_COLUMNS = ("subscription", "source", "stream", "events", "attempts", "since", "waits_for", "reason")

Subscription = Annotated[str | None, typer.Option("--subscription", help="Only of this view or reaction.")]


def parked(
    context: typer.Context,
    stream: Annotated[str | None, typer.Argument(help="Show the events that wait in this stream.")] = None,
    subscription: Subscription = None,
    as_json: Json = False,
) -> None:
    """List parked streams with their reasons, or show one stream's events. Exit status 1: something is parked."""
    found = run(_parked(target(context.obj), subscription, stream))
    if as_json:
        for one, events in found:
            typer.echo(line({**msgspec.structs.asdict(one), **({"parked": [_event(event) for event in events]} if stream else {})}))
    elif found:
        table(_COLUMNS, [[_cell(getattr(one, name)) for name in _COLUMNS] for one, _ in found])
        for _, events in found if stream else ():
            for event in events:
                typer.echo(f"{event.position}  {event.envelope.get('type')}  {event.data.decode(errors='replace')}")
    else:
        typer.echo("nothing is parked")
    if found:
        raise typer.Exit(FOUND)


async def _parked(chosen: Target, subscription: str | None, stream: str | None) -> list[tuple[Parked, list[ParkedEvent]]]:
    if subscription is not None:
        subscription = chosen.view_or_reaction(subscription).subscription
    connection = await connect_as(chosen.dsn, "qudao-operate")
    try:
        found = await find_parked(connection.fetch, subscription=subscription, stream=stream)
        return [(one, await find_events(connection.fetch, one) if stream else []) for one in found]
    finally:
        connection.terminate()


def redrive(
    context: typer.Context,
    subscription: Annotated[str | None, typer.Argument(help="A view or reaction.")] = None,
    stream: Annotated[str | None, typer.Argument(help="One of its parked streams; without one, all of them.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All parked streams of all views and reactions.")] = False,
    as_json: Json = False,
) -> None:
    """Try parked events again, in order. Exit status 1: something stays parked."""
    chosen = target(context.obj)
    if (subscription is None) != everything:
        fail("name a view or reaction, or say --all", WRONG)
    service = chosen.service
    which: list[View | Reaction] = [*service.views, *service.reactions]
    if subscription is not None:
        which = [chosen.view_or_reaction(subscription)]
    done = run(_redrive(chosen, which, stream))
    for name, one in done:
        text = f"{name}  {one.stream}: {one.done} done, " + (f"still parked: {one.reason}" if one.reason else "flows")
        say(text, {"subscription": name, **msgspec.structs.asdict(one)}, as_json=as_json)
    if not done and not as_json:
        typer.echo("nothing was parked")
    if any(one.reason for _, one in done):
        raise typer.Exit(FOUND)


async def _redrive(chosen: Target, which: list[View | Reaction], stream: str | None) -> list[tuple[str, RedriveResult]]:
    log = await chosen.log()
    try:
        return [(one.subscription, result) for one in which for result in await drive(log, one, stream)]
    finally:
        await log.close()


def _event(event: ParkedEvent) -> dict[str, Any]:
    try:
        data: Any = msgspec.json.decode(event.data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        data = event.data.decode(errors="replace")
    return {**event.envelope, "position": event.position, "data": data}


def _cell(value: Any) -> Any:
    return value.isoformat(timespec="seconds") if hasattr(value, "isoformat") else value


COMMANDS = (parked, redrive)
