"""``python -m qudao_local up|down|status|logs|events``: the stack by hand. Exit status 0 is success; each command names its others."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from qudao_local import logs as logs_of
from qudao_local.binaries import BinaryMissing
from qudao_local.folder import AlreadyRunning, Folder, NotOurs
from qudao_local.ports import PortsTaken
from qudao_local.postgres import Postgres
from qudao_local.server import StartFailed
from qudao_local.services import SERVICES, environment
from qudao_local.stack import Stack
from qudao_local.unprivileged import RootRefused

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Qudao on one machine: PostgreSQL, a broker, the services.")

REFUSALS = (AlreadyRunning, BinaryMissing, NotOurs, PortsTaken, RootRefused, StartFailed, ValueError)
"""What keeps a stack from starting for a reason that its text explains."""

Data = Annotated[Path, typer.Option("--data-dir", help="The folder of this stack's data and logs.")]
DEFAULT = Path("var/local")
_LONGEST_END = 120.0


@app.command()
def up(
    data: Data = DEFAULT,
    port: Annotated[list[str] | None, typer.Option(help="PART=NUMBER, as often as needed; 0 is any free port.")] = None,
    detach: Annotated[bool, typer.Option("--detach", help="Leave it running and return.")] = False,
) -> None:
    """Start everything and keep it running until Ctrl-C. Exit status 1: it did not start, and nothing is left running."""
    if detach:
        _detached(data, port or [])
    else:
        _attached(data, port or [])


def _attached(data: Path, port: list[str]) -> None:
    # Both mean what Ctrl-C means: SIGTERM comes from `down` or the system, SIGHUP when the terminal is closed.
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    began = time.monotonic()

    def say(part: str, text: str) -> None:
        print(f"{time.monotonic() - began:7.1f} s  {part:17} {text}", flush=True)

    try:
        stack = Stack(data, given=given_ports(port), say=say)
        with stack:
            stack.say("stack", f"ready, data in {stack.folder.path}")
            for name, url in stack.urls.items():
                stack.say(name, f"{url}/docs")
            _wait_for_the_end()
            stack.say("stack", "stopping")
        stack.say("stack", "stopped, the data are kept")
    except REFUSALS as refusal:
        fail(str(refusal))
    except KeyboardInterrupt:
        fail("stopped before it was ready, or at once on a second request", status=130)


def _wait_for_the_end() -> None:
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        return


def _detached(data: Path, port: list[str]) -> None:
    folder = Folder(data)
    if (pid := folder.launcher()) is not None:
        fail(str(AlreadyRunning(folder.path, pid)))
    log = folder.log("launcher")
    log.parent.mkdir(parents=True, exist_ok=True)
    folder.path.chmod(0o700)
    logs_of.bound(log.parent)
    before = log.stat().st_size if log.is_file() else 0
    options = [word for one in port for word in ("--port", one)]
    command = [sys.executable, "-m", "qudao_local", "up", "--data-dir", str(folder.path), *options]
    with logs_of.appending(log) as output:
        # What it says it writes there itself; its last words, if it ends by an error, come this way.
        launcher = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=output, start_new_session=True)
    with (log if log.is_file() else Path(os.devnull)).open(errors="replace") as said:
        said.seek(before)
        try:
            while launcher.poll() is None and not _all_ready(folder, launcher.pid):
                print(said.read(), end="", flush=True)
                time.sleep(0.1)
        except KeyboardInterrupt:
            launcher.terminate()
            launcher.wait()
        print(said.read(), end="", flush=True)
    if launcher.returncode is not None:
        raise typer.Exit(launcher.returncode or 1)
    print(f"left running, pid {launcher.pid}; `down` ends it, `logs` shows what it says")


def _all_ready(folder: Folder, pid: int) -> bool:
    parts = folder.parts()
    return folder.launcher() == pid and bool(parts) and all(part.state == "ready" and part.alive() for part in parts)


@app.command()
def down(data: Data = DEFAULT) -> None:
    """End what `up` started; the data stay. Exit status 1: it is still ending after two minutes."""
    folder = Folder(data)
    until = time.monotonic() + _LONGEST_END
    if pid := folder.launcher():
        print(f"stopping the stack on {folder.path}, pid {pid}", flush=True)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    while folder.launcher() is not None or any(part.alive() for part in folder.parts()):
        if time.monotonic() > until:
            fail(f"still ending; see {folder.log('launcher')}")
        time.sleep(0.1)
    print("stopped, the data are kept" if pid else f"nothing is running on {folder.path}")


@app.command()
def status(data: Data = DEFAULT) -> None:
    """Ask each part whether it works, and show what it says. Exit status 1: not everything works; 3: nothing is running."""
    from rich.console import Console  # here, so that `up` starts sooner

    from qudao_local import overview

    folder = Folder(data)
    pid = folder.launcher()
    parts = folder.parts()
    if pid is None and not any(part.alive() for part in parts):
        print(f"nothing is running on {folder.path}")
        raise typer.Exit(3)
    print(f"stack on {folder.path}, " + (f"launcher pid {pid}" if pid else "its launcher is gone, the rest is ending"))
    seen = overview.look(folder, parts)
    Console().print(overview.table(seen))
    raise typer.Exit(0 if pid and all(one.state == overview.READY for one in seen) else 1)


@app.command()
def observe(
    data: Data = DEFAULT, port: Annotated[int, typer.Option("-p", "--port", help="Where Prometheus listens, on loopback.")] = 8190
) -> None:
    """Run a Prometheus beside the running stack, with its alerts, until Ctrl-C. Exit status 3: nothing is running."""
    from qudao_local.observe import PrometheusMissing, run

    folder = Folder(data)
    if folder.launcher() is None:
        print(f"nothing is running on {folder.path}; start it with: make up")
        raise typer.Exit(3)
    try:
        raise typer.Exit(run(folder.path, folder.parts(), port))
    except PrometheusMissing as missing:
        fail(str(missing))


@app.command()
def logs(
    part: Annotated[str | None, typer.Argument(help="A part's name, as `status` shows it; all of them when left out.")] = None,
    follow: Annotated[bool, typer.Option("-f", "--follow", help="Go on until Ctrl-C.")] = False,
    lines: Annotated[int, typer.Option("-n", "--lines", min=0, help="How many lines of the past to show, per part.")] = 40,
    data: Data = DEFAULT,
) -> None:
    """Show what the parts wrote. Exit status 1: there is no such log."""
    folder = Folder(data)
    found = sorted((folder.path / "logs").glob("*.log"))
    chosen = [log for log in found if part in {None, log.stem}]
    if not chosen:
        fail(f"no log of {part or 'anything'} in {folder.path / 'logs'}; there are: {', '.join(log.stem for log in found) or 'none'}")
    try:
        for line in logs_of.tail(chosen, lines, follow=follow):
            print(line, flush=True)
    except KeyboardInterrupt:
        return


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def events(
    context: typer.Context,
    service: Annotated[str, typer.Argument(help="A service, like metrics.")],
    data: Data = DEFAULT,
) -> None:
    """Run `channel-operate ...` on a service of the running stack. Exit status 3: nothing is running; else the command's own."""
    folder = Folder(data)
    ports = {part.name: part.port for part in folder.parts() if part.alive()}
    if not {"postgres", "broker"} <= ports.keys():
        print(f"nothing is running on {folder.path}", file=sys.stderr)
        raise typer.Exit(3)
    kind = next((kind for kind in SERVICES if kind.name == service), None)
    if kind is None:
        fail(f"no service {service!r}; there are: {', '.join(kind.name for kind in SERVICES)}", status=2)
    postgres = Postgres(folder.path / "postgres", ports["postgres"], log=folder.log("postgres"), secret=folder.secret())
    settings = {
        "DATABASE_URL": postgres.dsn(kind.database, kind.database),
        "OWNER_DATABASE_URL": postgres.dsn(kind.database, kind.owner),
        "KAFKA_BOOTSTRAP": f"127.0.0.1:{ports['broker']}",
        "BROKER_PROFILE": "embedded",
        "TOPIC_KEY": folder.topic_key(),
    }
    command = [sys.executable, "-m", "channel_operate", "--service", service, *context.args]
    os.execve(sys.executable, command, environment(settings))  # noqa: S606 - no shell is meant


def given_ports(given: list[str]) -> dict[str, int]:
    """``["metrics=8204"]`` as ``{"metrics": 8204}``; `ValueError` with what to write otherwise."""
    ports = {}
    for one in given:
        part, _, number = one.partition("=")
        if not part or not number.isdecimal() or int(number) > 65535:
            raise ValueError(f"--port {one!r}: write PART=NUMBER, like metrics=8204")
        ports[part] = int(number)
    return ports


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def fail(text: str, status: int = 1) -> NoReturn:
    print(text, file=sys.stderr, flush=True)
    raise typer.Exit(status)
