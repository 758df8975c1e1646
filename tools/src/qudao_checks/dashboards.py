"""Grafana's dashboards, from the short form of ``deploy/observability/dashboards``: a title, rows, and panels of one expression each."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from qudao_checks.sources import ROOT

SHORT = ROOT / "deploy" / "observability" / "dashboards"
MADE = ROOT / "deploy" / "k8s" / "components" / "monitoring" / "dashboards"
_SOURCE = {"type": "prometheus", "uid": "${source}"}
_KINDS = {"graph": "timeseries", "stat": "stat", "heatmap": "heatmap"}
_WIDTH, _HEIGHT = {"graph": 8, "stat": 6, "heatmap": 8}, {"graph": 8, "stat": 4, "heatmap": 8}


def boards() -> dict[str, dict[str, Any]]:
    """The short form of each, by its file's name."""
    return {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in sorted(SHORT.glob("*.yaml"))}


def expressions() -> Iterator[tuple[str, str]]:
    """Board and panel, and what the panel asks Prometheus; variables of Grafana filled in."""
    for name, board in boards().items():
        for panel in (panel for row in board["rows"] for panel in row["panels"]):
            yield f"{name}: {panel['title']}", panel["expr"].replace("$__rate_interval", "5m").replace("$job", ".*")


def pages() -> dict[Path, str]:
    return {MADE / f"{name}.json": json.dumps(_made(name, board), indent=1) + "\n" for name, board in boards().items()}


def _made(name: str, board: dict[str, Any]) -> dict[str, Any]:
    others = [
        {"title": one["title"], "type": "link", "url": f"/d/qudao-{uid}", "keepTime": True} for uid, one in boards().items() if uid != name
    ]
    return {
        "uid": f"qudao-{name}",
        "title": board["title"],
        "tags": ["qudao"],
        "schemaVersion": 41,
        "editable": False,
        "refresh": "30s",
        "time": {"from": board.get("since", "now-3h"), "to": "now"},
        "links": others,
        "templating": {"list": [
            {"name": "source", "type": "datasource", "query": "prometheus", "label": "Prometheus"},
            {"name": "job", "type": "query", "label": "Service", "datasource": _SOURCE, "query": "label_values(up, job)",
             "refresh": 2, "includeAll": True, "multi": True, "allValue": ".*", "current": {"text": "All", "value": "$__all"}},
        ]},
        "panels": list(_panels(board["rows"])),
    }  # fmt: skip


def _panels(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    number, y = 0, 0
    for row in rows:
        number += 1
        yield {"id": number, "type": "row", "title": row["title"], "collapsed": False, "gridPos": {"x": 0, "y": y, "w": 24, "h": 1}}
        x, y, height = 0, y + 1, 0
        for panel in row["panels"]:
            number, kind = number + 1, panel.get("kind", "graph")
            if x + _WIDTH[kind] > 24:
                x, y = 0, y + height
            height = _HEIGHT[kind]
            yield _panel(number, kind, panel, {"x": x, "y": y, "w": _WIDTH[kind], "h": height})
            x += _WIDTH[kind]
        y += height


def _panel(number: int, kind: str, panel: dict[str, Any], place: dict[str, int]) -> dict[str, Any]:
    target = {"refId": "A", "datasource": _SOURCE, "expr": panel["expr"], "legendFormat": panel.get("legend", "")}
    if kind == "heatmap":
        target["format"] = "heatmap"
    return {
        "id": number,
        "type": _KINDS[kind],
        "title": panel["title"],
        "datasource": _SOURCE,
        "gridPos": place,
        "fieldConfig": {"defaults": {"unit": panel["unit"], "min": 0 if kind == "graph" else None}, "overrides": []},
        "targets": [target],
    }
