"""The servers that all tests share."""

import os
import subprocess
import sys
from pathlib import Path

from .conftest import eventually, processes_of

ROOT = Path(__file__).parents[3]


def test_a_killed_test_run_leaves_nothing(tmp_path: Path) -> None:
    started = tmp_path / "started"
    (tmp_path / "test_long.py").write_text(f"import time\ndef test(kafka):\n    open({str(started)!r}, 'w').close()\n    time.sleep(600)\n")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    alone = {name: value for name, value in os.environ.items() if not name.startswith("QUDAO_TEST_")}  # no part of this run
    run = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q", "-c", ROOT / "pyproject.toml", "-p", "conftest", tmp_path / "test_long.py"],
        env=alone | {"PYTHONPATH": str(ROOT), "TMPDIR": str(temporary)},
    )
    try:
        assert eventually(started.exists, seconds=60)
        assert list(temporary.glob("qudao-test-*"))
        assert processes_of(temporary)
    finally:
        run.kill()
        run.wait()
    assert eventually(lambda: not processes_of(tmp_path)), processes_of(tmp_path)
    assert eventually(lambda: not list(temporary.glob("qudao-test-*")))
