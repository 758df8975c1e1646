"""Faults that a running platform suffers fire their alert in a real Prometheus with our rules, without the time that they must last."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import psutil
import pytest
import yaml
from aiokafka import AIOKafkaProducer
from qudao_checks.dashboards import expressions
from qudao_local.observe import RULES, configuration
from qudao_local.ports import free_port
from qudao_local.stack import Stack

from .platform import Platform

MANY = 20
"""Orders that fail together: of what else the service was asked meanwhile they are more than the objective allows."""
SALES = "sales_v[0-9]+:orders-inventory"
SOONER = {
    "HeartbeatMissing": ("> 40", "> 20"),
    "RelayStuck": ("> 60", "> 5"),
    "EventsUnseen": ("[2m]", "[20s]"),
    "SubscriptionStalled": ("[2m]", "[8s]"),
}
"""How long it is waited for in a test, in place of what a rule says."""
pytestmark = pytest.mark.skipif(shutil.which("prometheus") is None, reason="prometheus is not installed")


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

    def answered(self, expression: str) -> str:
        """``success``, or what is wrong with the question."""
        try:
            with urllib.request.urlopen(self._url + urllib.parse.urlencode({"query": expression}), timeout=10) as answer:
                return str(json.load(answer)["status"])
        except urllib.error.HTTPError as error:
            return error.read().decode()

    def fired(self, alert: str, **labels: str) -> bool:
        """In the last five minutes, with labels that match."""
        said = "".join(f', {name}=~"{value}"' for name, value in labels.items())
        return bool(self.ask(f'max_over_time(ALERTS{{alertname="{alert}", alertstate="firing"{said}}}[5m])'))


def rules(folder: Path) -> Path:
    """Ours, but that what they tell of need not last."""
    for path in RULES.glob("*.yaml"):
        read = yaml.safe_load(path.read_text("utf-8"))
        for rule in (rule for group in read["groups"] for rule in group["rules"]):
            rule.pop("for", None)
            if (sooner := SOONER.get(rule.get("alert", ""))) is not None:
                assert sooner[0] in rule["expr"]
                rule["expr"] = rule["expr"].replace(*sooner)
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


def test_every_panel_is_answered_and_the_boards_of_ours_show_something(watching: Watching, platform: Platform) -> None:
    placed_on = datetime.now(UTC).date() - timedelta(days=1)
    platform.placed(lines=[("bike", 2, "7.50"), ("bell", 1, "1.00")], source="board", on=str(placed_on))
    platform.until(lambda: platform.kpi("net", source="board") == 16)
    sold = 'sum(max by (channel_type, currency) (qudao_business_net_sales{period="days_7"}))'
    platform.until(lambda: [one["value"][1] for one in watching.ask(sold)] == ["16"], 90)
    asked = dict(expressions())
    answers = {panel: watching.answered(expression) for panel, expression in asked.items()}
    assert {panel: answer for panel, answer in answers.items() if answer != "success"} == {}
    shown = [panel for panel, expression in asked.items() if "qudao_business" in expression and "incentive" not in expression]
    shown += ["pipeline: Since the last of each stage", "pipeline: Published and not seen", "overview: Since a number was last asked for"]
    assert len(shown) > 10
    assert [panel for panel in shown if not watching.ask(asked[panel])] == []


async def test_a_stranger_in_a_topic_fires(watching: Watching, stack: Stack, platform: Platform) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=stack.bootstrap)
    await producer.start()
    await producer.send_and_wait("qudao.orders-inventory", b"{}", b"order/stranger", 0, headers=[("ce_id", b"x")])
    await producer.stop()
    platform.until(lambda: watching.fired("UnsignedRecords", topic="qudao.orders-inventory"), 60)


def test_a_broker_that_is_silent_fires_though_nobody_sends_anything(watching: Watching, stack: Stack, platform: Platform) -> None:
    platform.until(lambda: platform.kpi("orders", source="quiet") == 0)
    with stands_still(stack, "broker"):
        platform.until(lambda: watching.fired("HeartbeatMissing", job="qudao/orders-inventory", stage="relay"), 120)
        platform.until(lambda: watching.fired("HeartbeatMissing", job="qudao/metrics", stage=SALES), 60)
        assert not watching.fired("HeartbeatMissing", job="qudao/metrics", stage="log")
        assert not watching.fired("RelayStuck", service="orders-inventory")
        platform.placed(lines=[("bike", 1, "1.00")], source="quiet")
        platform.until(lambda: watching.fired("RelayStuck", service="orders-inventory"), 60)
    platform.until(lambda: platform.kpi("orders", source="quiet") == 1, 60)
    alive = f'time() - max(qudao_heartbeat_timestamp_seconds{{stage=~"{SALES}"}}) < 10'
    platform.until(lambda: watching.ask(alive), 60)


def test_a_log_whose_head_is_held_fires_though_nobody_writes(watching: Watching, stack: Stack, platform: Platform) -> None:
    with held(stack.dsn("comms"), "select from log_head for update"):
        platform.until(lambda: watching.fired("HeartbeatMissing", job="qudao/comms", stage="log"), 120)
    assert not watching.fired("HeartbeatMissing", job="qudao/metrics", stage="log")


def test_a_view_whose_rows_are_held_fires(watching: Watching, stack: Stack, platform: Platform) -> None:
    with held(stack.dsn("metrics"), "select from progress where subscription like 'sales_v%' for update"):
        for number in range(MANY):
            platform.placed(lines=[("bike", 1, "1.00")], source="held", external_id=f"h{number}")
        platform.until(lambda: watching.fired("SubscriptionStalled", job="qudao/metrics", subscription=SALES), 60)
    platform.until(lambda: platform.kpi("orders", source="held") == MANY, 60)
    platform.until(lambda: watching.fired("FreshnessBurn"), 60)


@contextmanager
def held(dsn: str, statement: str) -> Iterator[None]:
    """Where somebody holds rows of a database in a transaction that does not end."""
    loop = asyncio.new_event_loop()
    connection = loop.run_until_complete(asyncpg.connect(dsn))
    try:
        loop.run_until_complete(connection.execute(f"begin; {statement}"))
        yield
    finally:
        loop.run_until_complete(connection.close())
        loop.close()


@contextmanager
def stands_still(stack: Stack, name: str) -> Iterator[None]:
    """Where a part, with what it started, does nothing: all is there, and nothing answers."""
    (state,) = [one for one in stack.states() if one.name == name]
    server = psutil.Process(state.pid)
    silent = [server, *server.children(recursive=True)]
    try:
        for process in silent:
            process.suspend()
        yield
    finally:
        for process in silent:
            with suppress(psutil.NoSuchProcess):
                process.resume()


def test_a_database_that_is_gone_fires(watching: Watching, stack: Stack, platform: Platform) -> None:
    def order(number: int) -> None:
        with suppress(httpx.ReadTimeout):  # the answer comes all the same
            assert platform.order(lines=[("bike", 1, "1.00")], source="gone", external_id=f"n{number}").status_code == 503

    with stands_still(stack, "postgres"), ThreadPoolExecutor(MANY) as together:
        list(together.map(order, range(MANY)))
    platform.until(lambda: watching.fired("AppendsFail", service="orders-inventory"), 60)
    platform.until(lambda: watching.fired("HttpAvailabilityBurn"), 60)
