"""docker-compose.yml as data, and brought up by the engine that is at hand: in the order and on the conditions that it asks for.

``python deploy/container/compose.py images`` prints what has to be there before: the images that nobody here builds.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docker-compose.yml"
VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")
READY_SECONDS = 180.0
"""How long a container may take to be healthy, or a job to be done, on a machine that is busy."""


class Broken(Exception):
    """What was started does not do what it should; the text says what."""


def document() -> dict[str, Any]:
    """The file as it is written; anchors are resolved, variables are not."""
    read: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
    return read


def services() -> dict[str, Any]:
    """Those that run unless told otherwise: in no profile."""
    return {name: service for name, service in document()["services"].items() if "profiles" not in service}


def filled(text: str, environment: Mapping[str, str]) -> str:
    """The text with each variable's value, or its default."""
    return VARIABLE.sub(lambda found: environment.get(found[1]) or found[2] or "", text)


def conditions(service: Mapping[str, Any]) -> dict[str, str]:
    """What a service waits for, and until when: ``service_healthy`` or ``service_completed_successfully``."""
    return {name: how["condition"] for name, how in service.get("depends_on", {}).items()}


def in_order(services: Mapping[str, Any]) -> list[str]:
    """The names so that each comes after all that it waits for."""
    ordered: list[str] = []
    while rest := [name for name in services if name not in ordered]:
        ready = [name for name in rest if set(conditions(services[name])) <= set(ordered)]
        if not ready:
            raise Broken(f"{', '.join(rest)} wait for each other")
        ordered += ready
    return ordered


def images(environment: Mapping[str, str]) -> Iterator[str]:
    """The image that ours is built on, and those of the services that are not ours."""
    base = re.search(r"^ARG BASE=(\S+)$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    if base is None:
        raise Broken("the Dockerfile names no BASE")
    yield base[1]
    for service in services().values():
        if "build" not in service:
            yield filled(service["image"], environment)


def engine() -> str:
    """``docker`` where an engine with compose answers, else ``podman``; `Broken` where there is neither."""
    if shutil.which("docker") and all(_works("docker", *words) for words in (("compose", "version"), ("info",))):
        return "docker"
    if shutil.which("podman") and _podman_compose():
        return "podman"
    raise Broken("neither docker with compose nor podman with podman-compose is here")


def _podman_compose() -> str | None:
    # That of this environment first: those of distributions are older than what the file asks for.
    return shutil.which("podman-compose", path=os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", ""))))


def _works(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


class Compose:
    """One project of the file on an engine; ``variables`` are what an ``.env`` would say, ``folder`` is for files of its own."""

    def __init__(self, project: str, variables: Mapping[str, str], folder: Path) -> None:
        self.engine = engine()
        self.services = services()
        self._compose = ["docker", "compose"] if self.engine == "docker" else [_podman_compose() or "podman-compose"]
        self._project = project
        self._files = [FILE, *([self._without_order(folder)] if self.engine == "podman" else [])]
        self.environment = {**os.environ, **containers_settings(self.engine), **variables}

    def up(self) -> None:
        """Everything, each when what it waits for is as it asks; returns when all that has a health check is healthy.

        Podman before 4.6 waits for no health, and without systemd nobody asks for it: so it is asked for here, for all engines alike.
        """
        for name in in_order(self.services):
            for needed, condition in conditions(self.services[name]).items():
                self._wait_for(needed, condition)
            self.compose("up", "-d", "--no-build", "--no-deps", name)
        for name in self.running():
            self._wait_for(name, "service_healthy")

    def running(self) -> list[str]:
        """The services that stay, by their names; a job's is not among them."""
        return [name for name, service in self.services.items() if service["restart"] == "unless-stopped"]

    def down(self) -> None:
        """All of it, with its data; `Broken` when something of it is left."""
        self.compose("down", "-v", check=False)
        listings = (["ps", "-a", "-q"], ["volume", "ls", "-q"], ["network", "ls", "-q"])
        mark = ["--filter", f"label=com.docker.compose.project={self._project}"]
        if left := [one for listing in listings for one in self.run(*listing, *mark).split()]:
            raise Broken(f"left behind: {', '.join(left)}")

    def kill(self, name: str) -> None:
        """As a crash; it stays down until `start`."""
        self.run("kill", "--signal", "KILL", self.container(name))
        self._until(lambda: not self.inspect(name)["State"]["Running"], f"{name} was killed and still runs")

    def start(self, name: str) -> None:
        """Returns when it is healthy."""
        self.run("start", self.container(name))
        self._wait_for(name, "service_healthy")

    def container(self, name: str) -> str:
        labels = {"com.docker.compose.project": self._project, "com.docker.compose.service": name}
        filters = [word for label, value in labels.items() for word in ("--filter", f"label={label}={value}")]
        found = self.run("ps", "-a", "-q", *filters).split()
        if len(found) != 1:
            raise Broken(f"{name} has {len(found)} containers")
        return found[0]

    def inspect(self, name: str) -> dict[str, Any]:
        found: list[dict[str, Any]] = json.loads(self.run("inspect", self.container(name)))
        return found[0]

    def logs(self, name: str, lines: int = 20) -> str:
        done = subprocess.run(
            [self.engine, "logs", "--tail", str(lines), self.container(name)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, env=self.environment,
        )  # fmt: skip
        return done.stdout

    def tell(self, say: Callable[[str], None]) -> None:
        """The last words of every container that there is."""
        for name in self.services:
            try:
                say(f"{name}:\n{self.logs(name)}")
            except Broken as broken:
                say(str(broken))

    def run(self, *words: str) -> str:
        """What the engine prints; `Broken` with what it says when it fails."""
        done = subprocess.run([self.engine, *words], capture_output=True, text=True, check=False, env=self.environment)
        if done.returncode:
            raise Broken(f"{self.engine} {' '.join(words)}: {done.stderr.strip()[-1000:]}")
        return done.stdout

    def compose(self, *words: str, check: bool = True) -> None:
        files = [word for file in self._files for word in ("-f", str(file))]
        command = [*self._compose, *files, "-p", self._project, *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=self.environment, cwd=ROOT)
        if check and done.returncode:
            raise Broken(f"{' '.join(words)}: {(done.stdout + done.stderr).strip()[-2000:]}")

    def _without_order(self, folder: Path) -> Path:
        """What keeps podman from running the jobs again each time something starts that waited for them: the order is ours to keep."""
        file = folder / "without-order.yml"
        waiting = [name for name, service in self.services.items() if conditions(service)]
        file.write_text("services:\n" + "".join(f"  {name}: {{depends_on: !reset {{}}}}\n" for name in waiting), "utf-8")
        return file

    def _wait_for(self, name: str, condition: str) -> None:
        if condition == "service_completed_successfully":
            self._until(lambda: self._done(name), f"{name} is not done")
        elif self.services[name].get("healthcheck", {}).get("disable"):
            self._until(lambda: self.inspect(name)["State"]["Running"], f"{name} does not run")
        else:
            self._until(lambda: self._healthy(name), f"{name} is not healthy")

    def _done(self, name: str) -> bool:
        state = self.inspect(name)["State"]
        return not state["Running"] and state["ExitCode"] == 0 and state["Status"] == "exited"

    def _healthy(self, name: str) -> bool:
        if self.engine == "podman":
            return _works("env", *self._own(), "podman", "healthcheck", "run", self.container(name))
        return bool(self.inspect(name)["State"]["Health"]["Status"] == "healthy")

    def _own(self) -> list[str]:
        return [f"{name}={value}" for name, value in containers_settings(self.engine).items()]

    def _until(self, true: Any, otherwise: str) -> None:
        limit = time.monotonic() + READY_SECONDS
        while not true():
            if time.monotonic() > limit:
                name = otherwise.split(" ", 1)[0]
                raise Broken(f"{otherwise} after {READY_SECONDS:g} s:\n{self.logs(name)}")
            time.sleep(0.5)


def containers_settings(name: str) -> dict[str, str]:
    """What lets podman run where there is no systemd: in a container itself."""
    if name != "podman" or Path("/run/systemd/private").exists() or "CONTAINERS_CONF" in os.environ:
        return {}
    return {"CONTAINERS_CONF": str(ROOT / "deploy/container/standins/containers.conf")}


if __name__ == "__main__":
    sys.stdout.write("".join(f"{image}\n" for image in images(os.environ)))
