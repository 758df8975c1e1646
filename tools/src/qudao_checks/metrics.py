"""The metrics that services show, as declared in the code, and their list in ``docs/metrics.md``."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from prometheus_client import REGISTRY

from qudao_checks.contracts.published import services
from qudao_checks.sources import ROOT

METRICS = ROOT / "docs" / "metrics.md"
HEAD = """# Metrics

What `/metrics` of the services shows in Prometheus' text format, besides the `process_*` and `python_*` of the Python client.
`make docs` makes this page from the code. No label holds an id of the business: those are asked for by HTTP or SQL.

| metric | kind | labels | meaning |
|---|---|---|---|
"""
_ROW = re.compile(r"\| `(?P<name>\w+)` \| (?P<kind>\w+) \| (?P<labels>[^|]*) \| (?P<help>.*) \|")


class Listed(NamedTuple):
    """A metric; ``name`` without the ``_total`` of counters, as Prometheus' clients know it."""

    name: str
    kind: str
    labels: tuple[str, ...]
    help: str


def declared() -> list[Listed]:
    """The metrics of all services, by name: importing them is declaring them."""
    services()
    found = {_of(collector) for collector in list(REGISTRY._collector_to_names)}
    return sorted(one for one in found if one.name.startswith("qudao_"))


def _of(collector: object) -> Listed:
    # The client has no public way to ask a metric for its labels before it has a sample.
    name, kind = getattr(collector, "_name", ""), getattr(collector, "_type", "histogram")
    labels = tuple(getattr(collector, "_labelnames", ()))
    return Listed(name, kind, labels, getattr(collector, "_documentation", ""))


def page(metrics: list[Listed]) -> str:
    return HEAD + "".join(_row(one) for one in metrics)


def _row(one: Listed) -> str:
    name = f"{one.name}_total" if one.kind == "counter" else one.name
    return f"| `{name}` | {one.kind} | {', '.join(one.labels)} | {one.help} |\n"


def read(path: Path) -> dict[str, Listed]:
    """The metrics of a page, by name."""
    return {one.name: one for one in _read(path.read_text("utf-8"))}


def _read(text: str) -> Iterator[Listed]:
    for row in _ROW.finditer(text):
        labels = tuple(filter(None, row["labels"].split(", ")))
        yield Listed(row["name"].removesuffix("_total"), row["kind"], labels, row["help"])
