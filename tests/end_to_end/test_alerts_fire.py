"""Faults that a running platform suffers fire their alert in a real Prometheus with our rules, without the time that they must last."""

import json
import os
import shutil
import signal
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
import yaml
from aiokafka import AIOKafkaProducer
from qudao_local.observe import RULES, configuration
from qudao_local.ports import free_port
from qudao_local.stack import Stack

from .platform import Platform

MANY = 20
"""Orders that fail together: of what else the service was asked meanwhile they are more than the objective allows."""
pytestmark = pytest.mark.skipif(shutil.which("prometheus") is None, reason="promtool is not installed")


class Watching:
    """A Prometheus that scrapes each second."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}/api/v1/query?"

    def ask(self, expression: str) -> list[dict[str, Any]]:
        try:
            with urllib.request.urlopen(self._url + urllib.parse.urlencode({"query": expression}), timeout=5) as answer:
                found: list[dict[str, Any]] = json.load(answer)["data"]["result"]
                return found
        except OSError:
            return []

    def fired(self, alert: str, **labels: str) -> bool:
        said = "".join(f', {name}="{value}"' for name, value in labels.items())
        return bool(self.ask(f'max_over_time(ALERTS{{alertname="{alert}", alertstate="firing"{said}}}[5m])'))


def rules(folder: Path) -> Path:
    """Ours, but that what they tell of need not last."""
    for path in RULES.glob("*.yaml"):
        read = yaml.safe_load(path.read_text("utf-8"))
        for rule in (rule for group in read["groups"] for rule in group["rules"]):
            rule.pop("for", None)
        (folder / path.name).write_text(yaml.safe_dump(read), "utf-8")
    return folder / "*.yaml"


@pytest.fixture(scope="module")
def watching(stack: Stack, platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watching]:
    own, port = tmp_path_factory.mktemp("prometheus"), free_port()
    told = yaml.safe_load(configuration(stack.states())) | {"rule_files": [str(rules(tmp_path_factory.mktemp("rules")))]}
    told["global"] = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
    (own / "prometheus.yml").write_text(yaml.safe_dump(told), "utf-8")
    command = [
        "prometheus",
        f"--config.file={own}/prometheus.yml",
        f"--storage.tsdb.path={own}/data",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with (own / "log").open("wb") as log:
        process = subprocess.Popen([*command, "--log.level=warn"], stdout=log, stderr=log)
    try:
        prometheus = Watching(port)
        platform.until(lambda: len(prometheus.ask("up == 1")) == len(stack.urls), 60)
        platform.until(lambda: prometheus.ask("sum(count_over_time(up[1m])) > 30"), 60)
        yield prometheus
    finally:
        process.kill()
        process.wait()


def test_nothing_fires_while_all_is_well(watching: Watching) -> None:
    fired = watching.ask('max by (alertname) (max_over_time(ALERTS{alertstate="firing", severity!="heartbeat"}[5m]))')
    assert [one["metric"]["alertname"] for one in fired] == []
    assert watching.fired("AlertPathDead")


def test_a_process_that_is_gone_fires(watching: Watching, stack: Stack, platform: Platform) -> None:
    (state,) = [one for one in stack.states() if one.name == "comms"]
    # Stopped, and not killed: another one would be there before anybody looked.
    os.kill(state.pid or 0, signal.SIGSTOP)
    try:
        platform.until(lambda: watching.fired("ServiceDown", job="qudao/comms"), 60)
    finally:
        with suppress(ProcessLookupError):
            os.kill(state.pid or 0, signal.SIGCONT)


async def test_a_stranger_in_a_topic_fires(watching: Watching, stack: Stack, platform: Platform) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=stack.bootstrap)
    await producer.start()
    await producer.send_and_wait("qudao.orders-inventory", b"{}", b"order/stranger", 0, headers=[("ce_id", b"x")])
    await producer.stop()
    platform.until(lambda: watching.fired("UnsignedRecords", topic="qudao.orders-inventory"), 60)


def test_a_database_that_is_gone_fires(watching: Watching, stack: Stack, platform: Platform) -> None:
    (state,) = [one for one in stack.states() if one.name == "postgres"]
    server = psutil.Process(state.pid)
    silent = [server, *server.children()]

    def order(number: int) -> None:
        with suppress(httpx.ReadTimeout):  # the answer comes all the same
            assert platform.order(lines=[("bike", 1, "1.00")], source="gone", external_id=f"n{number}").status_code == 503

    try:
        for process in silent:
            process.suspend()
        with ThreadPoolExecutor(MANY) as together:
            list(together.map(order, range(MANY)))
    finally:
        for process in silent:
            with suppress(psutil.NoSuchProcess):
                process.resume()
    platform.until(lambda: watching.fired("AppendsFail", service="orders-inventory"), 60)
    platform.until(lambda: watching.fired("HttpAvailabilityBurn"), 60)
