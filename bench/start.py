"""`make up` on an installed tree, from the command to everything ready: with no data yet, and with the data of an earlier start.

python bench/start.py [--rounds 3]
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from harness import asked, middle
from qudao_local.ports import free_port
from qudao_local.services import SERVICES
from results import record


def up(data: Path) -> float:
    """Seconds until it is ready; it is ended again."""
    names = [*(kind.name for kind in SERVICES), "postgres", "broker"]
    ports = [word for name in names for word in ("--port", f"{name}={free_port()}")]
    local = [sys.executable, "-m", "qudao_local"]
    began = time.perf_counter()
    started = subprocess.run([*local, "up", "--detach", "--data-dir", str(data), *ports], capture_output=True, text=True, check=False)
    took = time.perf_counter() - began
    if started.returncode:
        raise SystemExit(f"it did not start:\n{started.stdout}{started.stderr}")
    subprocess.run([*local, "down", "--data-dir", str(data)], capture_output=True, check=True)
    return took


def imports() -> float:
    """Seconds in which a process imports what all services share, and nothing else."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import channel_service"], check=True, env=os.environ)
    return time.perf_counter() - began


def main() -> None:
    given = asked(__doc__, rounds=3)
    fresh, again, limit = [], [], []
    for _ in range(given.rounds):
        with tempfile.TemporaryDirectory(prefix="qudao-bench-") as folder:
            fresh.append(up(Path(folder) / "data"))
            again.append(up(Path(folder) / "data"))
            limit.append(imports())
    for what, took in {"without data": fresh, "with data": again}.items():
        mid = middle(took, float)
        beside = f"importing what services share {middle(limit, float):.1f} s"
        record(f"make up to ready, {what}", f"{mid:.1f} s", beside, f"{mid / 6:.2f}x of 6 s", f"{len(SERVICES)} services")


if __name__ == "__main__":
    main()
