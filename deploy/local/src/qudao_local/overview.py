"""What a person sees of a stack: each part, asked whether it works."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

from rich.markup import escape
from rich.table import Table

from qudao_local.broker import Broker
from qudao_local.folder import Folder, PartState
from qudao_local.postgres import Postgres
from qudao_local.server import Foreign, Server, Silent
from qudao_local.services import Service, ServiceKind

READY, TROUBLED = "ready", "troubled"
_COLOURS = {READY: "green", TROUBLED: "yellow", "starting": "yellow", "restarting": "yellow", "waiting": "yellow"}


@dataclass(frozen=True)
class Seen:
    """A part, its state as it is now, and what it said of itself."""

    part: PartState
    state: str
    said: str = ""


def look(folder: Folder, parts: Sequence[PartState]) -> list[Seen]:
    """Asks all of them at once: one that does not answer costs its patience, not theirs too."""
    with ThreadPoolExecutor(len(parts) or 1) as pool:
        return list(pool.map(lambda part: _look(folder, part), parts))


def _look(folder: Folder, part: PartState) -> Seen:
    """The launcher's word while it does not call the part ready, the part's own otherwise."""
    if part.state != READY:
        return Seen(part, part.state)
    if not part.alive():
        return Seen(part, "gone")
    try:
        answer = _server(folder, part).ask()
    except Silent as silent:
        return Seen(part, "does not answer", str(silent))
    except Foreign as foreign:
        return Seen(part, "not ours", str(foreign))
    return Seen(part, (TROUBLED if answer.said else READY) if answer.works else "not ready", answer.said)


def _server(folder: Folder, part: PartState) -> Server:
    """The part as its launcher knows it, to ask it: never to start it."""
    log = folder.log(part.name)
    server: Server
    match part.name:
        case "postgres":
            server = Postgres(folder.path / "postgres", part.port, log=log, secret=folder.secret())
        case "broker":
            server = Broker(part.port, log)
        case name:
            server = Service(ServiceKind(name), part.port, log, {})
    server.token = part.token
    return server


def table(seen: Iterable[Seen]) -> Table:
    shown = Table("part", "state", "pid", "port", "since", "restarts", "URL", "what it says", box=None, pad_edge=False)
    for one in seen:
        part = one.part
        since = datetime.fromtimestamp(part.since, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        state = f"[{_COLOURS.get(one.state, 'red')}]{one.state}"
        restarts = f"{part.crashes}: {part.ended}" if part.crashes else ""
        url = f"{part.url}/docs" if part.url else ""
        shown.add_row(part.name, state, str(part.pid or ""), str(part.port), since, escape(restarts), url, escape(one.said))
    return shown
