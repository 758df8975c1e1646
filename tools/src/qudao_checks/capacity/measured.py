"""The rows of ``bench/results.md``, as numbers; the newest of each kind stands."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from qudao_checks.sources import ROOT

RESULTS = ROOT / "bench" / "results.md"
_ROW = re.compile(
    r"^\| (?P<date>\S+) \| (?P<commit>\w+) \| \S+ \| (?P<what>[^|]+?) \| (?P<found>[^|]+?) \| (?P<beside>[^|]+?) \|", re.MULTILINE
)
_RATE = re.compile(r"^([\d,]+)(?: events)?/s, ([\d.]+) (us|ms) of CPU each")
_P50 = re.compile(r"p50 ([\d.]+) ms")


class Point(NamedTuple):
    """One measurement: operations a second, seconds of CPU of the process each, and how long half of them took at most."""

    commit: str
    rate: float
    cpu: float
    p50: float | None


def points(text: str) -> Mapping[str, Mapping[str, Point]]:
    """By commit, and within it by what was measured; rows without rate and CPU are left out."""
    found: dict[str, dict[str, Point]] = {}
    for row in _ROW.finditer(text):
        if rate := _RATE.match(row["found"]):
            p50 = _P50.search(row["beside"])
            cpu = float(rate[2]) * {"us": 1e-6, "ms": 1e-3}[rate[3]]
            point = Point(row["commit"], float(rate[1].replace(",", "")), cpu, float(p50[1]) / 1e3 if p50 else None)
            found.setdefault(row["commit"], {})[row["what"]] = point
    return found
