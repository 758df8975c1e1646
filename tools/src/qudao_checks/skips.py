"""No silent skip: ``python -m qudao_checks.skips JUNIT_XML ALLOWED`` fails when a test was skipped for a reason not allowed.

The file of allowed reasons holds a regular expression per line; ``#`` begins a comment. A reason nobody skips for any
more is fine: what a machine has (data sets, servers) differs.
"""

import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import NamedTuple


class Skip(NamedTuple):
    test: str
    reason: str


def skips(junit: str) -> list[Skip]:
    """The skipped (or expected to fail) tests of a JUnit report, with their reasons."""
    root = ET.fromstring(junit)  # noqa: S314 - our own pytest wrote it
    return [
        Skip(f"{case.get('classname')}::{case.get('name')}", skipped.get("message") or "no reason given")
        for case in root.iter("testcase")
        for skipped in case.findall("skipped")
    ]


def allowed_reasons(text: str) -> list[re.Pattern[str]]:
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return [re.compile(line) for line in lines if line]


def report(junit: str, allowed: str) -> tuple[list[str], bool]:
    """A line per skipped test, and whether every reason is allowed."""
    patterns = allowed_reasons(allowed)
    lines, fine = [], True
    for skip in skips(junit):
        known = any(pattern.search(skip.reason) for pattern in patterns)
        fine = fine and known
        lines.append(f"{'skipped' if known else 'SKIPPED FOR A REASON NOT ALLOWED'}: {skip.test}: {skip.reason}")
    return lines, fine


def main() -> int:
    junit, allowed = (Path(name).read_text("utf-8") for name in sys.argv[1:3])
    lines, fine = report(junit, allowed)
    sys.stdout.write("".join(line + "\n" for line in lines) + f"{len(lines)} tests skipped\n")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
