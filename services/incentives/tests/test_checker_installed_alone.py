"""The checker as a payee has it: a wheel in an environment of its own, with nothing beside it, on a file that was exported."""

import subprocess
import sys
from pathlib import Path

import pytest
from channel_service.testing import Running

from .settling import Clock
from .test_settling import ID, clock, issued, settling

__all__ = ["clock", "settling"]
PACKAGE = Path(__file__).parents[3] / "libs" / "statement-checker"


def run(*command: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """In an empty environment: nothing says where Python looks for more."""
    return subprocess.run([str(one) for one in command], env={}, cwd=cwd, capture_output=True, text=True, check=False, timeout=120)


def must(*command: object, cwd: Path | None = None) -> None:
    done = run(*command, cwd=cwd)
    assert done.returncode == 0, (command, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its program, of a wheel built with what the lock file brings, so that no index is asked."""
    made = tmp_path_factory.mktemp("installed")
    must(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", made, cwd=PACKAGE)
    [wheel] = made.glob("*.whl")
    must(sys.executable, "-m", "venv", "--without-pip", made / "venv")
    python = made / "venv" / "bin" / "python"
    must(sys.executable, "-m", "pip", "--isolated", "--python", python, "install", "-q", "--no-index", wheel)
    installed = run(python, "-c", "import importlib.metadata as m; print(*(one.name for one in m.distributions()))")
    assert installed.stdout.split() == ["statement-checker"], installed
    return made / "venv" / "bin" / "statement-checker"


@pytest.mark.row("IN-20")
async def test_the_checker_alone_takes_an_exported_statement_and_no_changed_byte_of_it(
    checker: Path, settling: Running, clock: Clock, tmp_path: Path
) -> None:
    await issued(settling, clock)
    exported = (await settling.as_("partner", partner_id="p-1").get(f"/v1/statements/{ID}/file")).content
    file = tmp_path / "statement.ndjson"
    file.write_bytes(exported)
    done = run(checker, file)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{ID}: 3 entries are right, payable is 7.20 CNY\nhash ")
    lines = exported.splitlines(keepends=True)
    assert len(lines) == 4
    for at, line in enumerate(lines[1:], 1):
        place = (line.index(b'"entry":') + len(line)) // 2
        changed = line[:place] + bytes([line[place] ^ 1]) + line[place + 1 :]
        file.write_bytes(b"".join([*lines[:at], changed, *lines[at + 1 :]]))
        assert run(checker, file).returncode == 1, changed
    file.write_bytes(b"".join(lines[:-1]))
    assert run(checker, file).returncode == 1
