"""Alerts ask for metrics that exist, fire when they should, and say what to do."""

import re
import shutil
import subprocess

import pytest
from qudao_checks.alerts import METRIC, RULES, RUNBOOKS, SUFFIX, alerts, metrics_named
from qudao_checks.metrics import declared
from qudao_checks.sources import ROOT

TESTS = ROOT / "deploy" / "observability" / "tests"
ALERTS = {rule["alert"]: rule for rule in alerts()}


def test_every_metric_that_a_rule_or_a_runbook_asks_for_exists() -> None:
    known = {one.name for one in declared()}
    assert metrics_named() - known == set()
    assert {SUFFIX.sub("", name) for name in METRIC.findall(RUNBOOKS.read_text("utf-8"))} - known == set()


def test_every_alert_has_its_entry_in_the_runbooks_and_every_entry_its_alert() -> None:
    entries = re.split(r"^## ", RUNBOOKS.read_text("utf-8"), flags=re.MULTILINE)[1:]
    assert {entry.splitlines()[0] for entry in entries} == set(ALERTS)
    assert [entry.splitlines()[0] for entry in entries if not all(f"**{part}.**" in entry for part in ("Means", "Look", "Mend"))] == []


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_says_how_bad_it_is_and_what_has_happened(name: str) -> None:
    rule = ALERTS[name]
    assert rule["labels"]["severity"] in {"page", "ticket", "heartbeat"}
    assert set(rule["annotations"]) == {"summary", "description"}
    assert not rule["annotations"]["summary"].endswith(".")


def test_every_alert_is_seen_to_fire_by_a_test_and_each_test_passes() -> None:
    texts = [path.read_text("utf-8") for path in sorted(TESTS.glob("*.yaml"))]
    fires = {name for text in texts for name in re.findall(r"alertname: (\w+)\n +exp_alerts:\n", text)}
    assert set(ALERTS) - fires == set(), "no test in which it fires"
    if (promtool := shutil.which("promtool")) is None:
        pytest.skip("promtool is not installed")
    checked = subprocess.run([promtool, "check", "rules", *map(str, sorted(RULES.glob("*.yaml")))], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    tested = subprocess.run([promtool, "test", "rules", *map(str, sorted(TESTS.glob("*.yaml")))], capture_output=True, text=True)
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_what_begins_above_zero_fires() -> None:
    """A counter with labels has no series before it first counts, and `increase` of a series that begins is 0: the first stranger in a
    topic would wake nobody. So a rule that waits for any increase looks at what begins, too."""
    counters = {one.name: one for one in declared() if one.kind == "counter"}
    waiting = [rule for rule in alerts() if re.search(r"increase\([^)]*\)\) > 0", rule["expr"])]
    assert len(waiting) > 2
    for rule in waiting:
        (name, *_) = METRIC.findall(rule["expr"])
        if counters[SUFFIX.sub("", name)].labels:
            assert re.search(rf"\({name}[^()]* unless {name} offset", rule["expr"]), rule["alert"]
