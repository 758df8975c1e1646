"""A Prometheus beside the stack is told of the services that run, and of every alert."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from qudao_local.folder import PartState
from qudao_local.observe import RULES, PrometheusMissing, configuration, run

PARTS = [
    PartState("postgres", "ready", 5432, 0.0, "postgres.log"),
    PartState("metrics", "ready", 8104, 0.0, "metrics.log", url="http://127.0.0.1:8104"),
    PartState("comms", "ready", 8105, 0.0, "comms.log", url="http://127.0.0.1:8105"),
]


def test_it_scrapes_what_answers_over_http_and_nothing_else() -> None:
    told = yaml.safe_load(configuration(PARTS))
    assert [(job["job_name"], job["static_configs"][0]["targets"]) for job in told["scrape_configs"]] == [
        ("qudao/metrics", ["127.0.0.1:8104"]),
        ("qudao/comms", ["127.0.0.1:8105"]),
    ]
    assert told["rule_files"] == [str(RULES / "*.yaml")]
    assert list(RULES.glob("*.yaml"))


def test_prometheus_takes_what_it_is_told(tmp_path: Path) -> None:
    if (promtool := shutil.which("promtool")) is None:
        pytest.skip("promtool is not installed")
    (tmp_path / "prometheus.yml").write_text(configuration(PARTS))
    checked = subprocess.run([promtool, "check", "config", str(tmp_path / "prometheus.yml")], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_machine_without_prometheus_says_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("PROMETHEUS_BIN", raising=False)
    with pytest.raises(PrometheusMissing, match="apt install prometheus"):
        run(tmp_path, PARTS, 8190)
