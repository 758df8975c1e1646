"""``rebuild``, ``verify``, ``accept-fork``: views made again from their events, and reactions that go on after a restore."""

from typing import Annotated
from urllib.parse import urlsplit

import msgspec
import typer
from channel_events.log.restored import LOG
from channel_events.pure import Registry
from channel_events.reaction import Reaction
from channel_events.subscription import drop_retired_builds
from channel_events.view import View

from channel_operate.cli.output import FOUND, Json, Yes, bar, confirm, line, run, say, table
from channel_operate.cli.target import CannotRun, Target, target
from channel_operate.drawing_level import Told, Where
from channel_operate.forking import accept_fork as accept
from channel_operate.rebuilding import Rebuilt
from channel_operate.rebuilding import rebuild as make_again
from channel_operate.verifying import Verified
from channel_operate.verifying import verify as compare

_SHARES = 1000
_SHOWN = 10

ViewName = Annotated[str, typer.Argument(help="A view's name.")]


def rebuild(context: typer.Context, view: ViewName, as_json: Json = False) -> None:
    """Make a view again from its events beside the one that is read, and switch when it has drawn level."""
    chosen = target(context.obj)
    one = chosen.view(view)
    with bar(f"rebuild {one.name}", _SHARES) as progress:
        done = run(_rebuild(_where(chosen), one, [*chosen.service.views], lambda share: progress.reach(int(share * _SHARES))))
    left = f"build {done.retired} stays for those who still read it; the next rebuild or migrate drops it, after a minute"
    say(f"{one.name} is read from build {done.build}; {left}", {"view": one.subscription, **msgspec.structs.asdict(done)}, as_json=as_json)


async def _rebuild(where: Where, view: View, views: list[View], told: Told) -> Rebuilt:
    await drop_retired_builds(where.owner_dsn, views)
    return await make_again(where, view, told=told)


def verify(
    context: typer.Context,
    view: Annotated[str | None, typer.Argument(help="A view's name; without one, all views.")] = None,
    as_json: Json = False,
) -> None:
    """Make views again aside and compare row by row with what is read. Exit status 1: they differ."""
    chosen = target(context.obj)
    where = _where(chosen)
    equal = True
    for one in chosen.service.views if view is None else [chosen.view(view)]:
        with bar(f"verify {one.name}", _SHARES) as progress:
            found = run(compare(where, one, told=lambda share, progress=progress: progress.reach(int(share * _SHARES))))  # type: ignore[misc]
        equal = equal and found.equal
        _report(found, as_json=as_json)
    if not equal:
        raise typer.Exit(FOUND)


def _report(found: Verified, *, as_json: bool) -> None:
    if as_json:
        typer.echo(line({**msgspec.to_builtins(found), "equal": found.equal}))
        return
    rows = []
    for one in found.tables:
        unlike = sorted(part for part in one.serving.keys() | one.rebuilt.keys() if one.serving.get(part) != one.rebuilt.get(part))
        rows.append(
            [found.view, one.table, one.rows, len(one.serving), "equal" if one.equal else f"{one.different} differ", ", ".join(unlike)]
        )
    table(("view", "table", "rows", "checksums", "result", "unlike in partitions"), rows)
    for one in found.tables:
        for difference in one.differences[:_SHOWN]:
            typer.echo(
                f"{one.table} {line(difference.key)}\n  is read as   {line(difference.serving)}\n  should be    {line(difference.rebuilt)}"
            )


def accept_fork(context: typer.Context, reaction: str, yes: Yes = False, as_json: Json = False) -> None:
    """Let a reaction go on that applied events which their log has lost; after reset-topic. What it did, it does not do again."""
    chosen = target(context.obj)
    one = chosen.reaction(reaction)
    confirm(f"{one.name} goes on with what its source has now, as if what was lost had never been.", yes=yes)
    partitions = run(_accept(chosen, one))
    text = f"{one.name} goes on in partitions {', '.join(map(str, partitions))}" if partitions else f"{one.name} is not forked"
    say(text, {"reaction": one.name, "partitions": partitions}, as_json=as_json)


async def _accept(chosen: Target, reaction: Reaction) -> list[int]:
    log = await chosen.log()
    try:
        return await accept(log, reaction)
    finally:
        await log.close()


def _where(chosen: Target) -> Where:
    if chosen.owner_dsn is None:
        raise CannotRun("QUDAO_OWNER_DATABASE_URL is not set: tables are made as their owner, write its URL of the service's database")
    events = dict.fromkeys(event for decider in (*chosen.service.deciders, LOG) for event in decider.events)
    role = urlsplit(chosen.dsn).username
    return Where(owner_dsn=chosen.owner_dsn, role=role, service=chosen.name, registry=Registry(events), broker=chosen.broker)


COMMANDS = (rebuild, verify, accept_fork)
