"""What a newcomer gets: `make demo ONCE=1` in a fresh clone, timed from the clone on, with the memory of everything it starts.

    python bench/demo.py

The clone is of what is committed. Installation is part of the time; the demo's own checks (every figure as sent) have to pass.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from qudao_local.memory import Peak
from results import record

ROOT = Path(__file__).parents[1]
_LAST_TABLE = "top "


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="qudao-bench-") as folder:
        began, lines = time.monotonic(), list[str]()
        table = 0.0
        subprocess.run(["git", "clone", "-q", "--no-hardlinks", ROOT, f"{folder}/qudao"], check=True)
        # The variables of make and of the environment that this runs in would reach into the clone's.
        command: dict[str, Any] = {"args": ["make", "demo", "ONCE=1"], "cwd": f"{folder}/qudao", "env": bare(folder), "text": True}
        with Peak() as peak, subprocess.Popen(**command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as demo:
            for line in demo.stdout or ():
                lines.append(line)
                if line.startswith(_LAST_TABLE):
                    table = time.monotonic() - began
    said = Said("".join(lines))
    if demo.returncode:
        sys.exit(f"the demo failed:\n{said[-3000:]}")
    seconds, count = (
        float(said.taken(r"history: .* in ([\d.]+) s")[0]),
        int(said.taken(r"as sent: .* orders, ([\d,]+) lines")[0].replace(",", "")),
    )
    said.taken(rf"\n{_LAST_TABLE}\d+ partners")  # or its time is none
    p50, p99, orders, rate = said.taken(r"p50 (\d+) ms, p99 (\d+) ms over (\d+) orders at (\d+)/s")
    record("demo, clone to table", f"{table:.0f} s", "budget 75 s", f"{table / 75:.2f}x", "10,000 orders, installation included")
    record("demo, peak memory", f"{peak.bytes / 2**20:,.0f} MiB", "-", "-", "proportional set sizes of make and all its children")
    rate_of_lines, told = f"{count / seconds:,.0f} order lines/s", f"{count:,} lines, placed to returned, all services running"
    record("import over HTTP, the demo's year", f"{seconds:.1f} s, {rate_of_lines}", "budget 25 s", f"{seconds / 25:.2f}x", told)
    record("freshness, recorded to counted", f"p50 {p50} ms, p99 {p99} ms", "-", "-", f"{orders} orders at {rate}/s after the import")


class Said(str):
    """What the demo printed."""

    __slots__ = ()

    def taken(self, pattern: str) -> tuple[str, ...]:
        match = re.search(pattern, self)
        if match is None:
            sys.exit(f"the demo did not say {pattern!r}:\n{self[-2000:]}")
        return match.groups()


def bare(home: str) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name.startswith(("PIP_", "SSL_", "REQUESTS_")) or name.lower().endswith("_proxy")
    }
    return {**kept, "HOME": home, "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}


if __name__ == "__main__":
    main()
