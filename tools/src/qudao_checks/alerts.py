"""The alerting rules of ``deploy/observability/rules``, and the object by which Kubernetes' Prometheus operator takes them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from qudao_checks.sources import ROOT

RULES = ROOT / "deploy" / "observability" / "rules"
OBJECT = ROOT / "deploy" / "k8s" / "components" / "monitoring" / "rules.yaml"
RUNBOOKS = ROOT / "docs" / "runbooks.md"
RUNBOOK_URL = "https://qudao.example.com/docs/runbooks.md#"
"""An overlay may put another beginning in its place."""
METRIC = re.compile(r"\bqudao_[a-z_]+")
SUFFIX = re.compile(r"_(bucket|count|sum|total)$")
"""What Prometheus adds to the names of histograms and counters."""


def groups() -> list[dict[str, Any]]:
    """The groups of all files, by the files' names."""
    return [group for path in sorted(RULES.glob("*.yaml")) for group in yaml.safe_load(path.read_text("utf-8"))["groups"]]


def alerts() -> Iterator[dict[str, Any]]:
    return (rule for group in groups() for rule in group["rules"] if "alert" in rule)


def metrics_named() -> set[str]:
    """The metrics of ours that any rule asks for, without their `SUFFIX`."""
    named = {name for group in groups() for rule in group["rules"] for name in METRIC.findall(rule["expr"])}
    return {SUFFIX.sub("", name) for name in named}


def prometheus_rule() -> str:
    """All rules as one object; each alert leads to its entry in the runbooks."""
    found = groups()
    for rule in (rule for group in found for rule in group["rules"] if "alert" in rule):
        rule["annotations"]["runbook_url"] = RUNBOOK_URL + rule["alert"].lower()
    made = {"apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule", "metadata": {"name": "qudao"}, "spec": {"groups": found}}
    return "# Made by `make docs` from deploy/observability/rules.\n" + yaml.safe_dump(made, sort_keys=False, width=200)


def pages() -> dict[Path, str]:
    return {OBJECT: prometheus_rule()}
