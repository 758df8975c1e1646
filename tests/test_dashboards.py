"""Every panel of every dashboard asks something that Prometheus understands, of metrics that exist."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from qudao_checks.alerts import METRIC, SUFFIX
from qudao_checks.dashboards import MADE, boards, expressions, pages
from qudao_checks.metrics import declared
from qudao_checks.sources import ROOT


def test_every_metric_of_ours_that_a_panel_asks_for_exists() -> None:
    named = {SUFFIX.sub("", name) for _, expression in expressions() for name in METRIC.findall(expression)}
    assert named - {one.name for one in declared()} == set()


def test_no_two_panels_of_a_board_have_one_title() -> None:
    titles = [panel for panel, _ in expressions()]
    assert len(titles) == len(set(titles))


def test_prometheus_understands_every_panel(tmp_path: Path) -> None:
    if (promtool := shutil.which("promtool")) is None:
        pytest.skip("promtool is not installed")
    rules = [{"record": f"panel:{number}", "expr": expression} for number, (_, expression) in enumerate(expressions())]
    (tmp_path / "panels.yaml").write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    checked = subprocess.run([promtool, "check", "rules", str(tmp_path / "panels.yaml")], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("name", boards())
def test_a_dashboard_lies_within_its_grid_and_is_installed(name: str) -> None:
    made = json.loads(pages()[MADE / f"{name}.json"])
    places = [one["gridPos"] for one in made["panels"]]
    cells = [(x, y) for one in places for x in range(one["x"], one["x"] + one["w"]) for y in range(one["y"], one["y"] + one["h"])]
    assert len(cells) == len(set(cells)), "two panels lie upon each other"
    assert all(x < 24 for x, _ in cells)
    assert len({one["id"] for one in made["panels"]}) == len(made["panels"])
    installed = yaml.safe_load((ROOT / "deploy/k8s/components/monitoring/kustomization.yaml").read_text())
    assert f"dashboards/{name}.json" in installed["configMapGenerator"][0]["files"]
