"""The check of the rows that services claim, tried on small suites of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from qudao_checks.rows import claimed

CONFTEST = """
from qudao_checks.rows import Rows

def pytest_configure(config):
    config.addinivalue_line("markers", "row(id): x")
    config.pluginmanager.register(Rows({"IN-01": "incentives", "IN-02": "incentives"}))
"""
ASKS = """
import httpx, pytest

def answer(request):
    return httpx.Response(200)

async def asked():
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        await client.get("http://incentives/v1/plans")

@pytest.mark.row("IN-01")
async def test_one():
    await asked()
"""
SECOND = '\n@pytest.mark.row("IN-02")\nasync def test_two():\n    await asked()\n'


def suite(folder: Path, tests: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    (folder / "pytest.ini").write_text("[pytest]\ntestpaths = tests\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n")
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "tests").mkdir()
    (folder / "tests" / "test_some.py").write_text(tests)
    # Other plugins take seconds to import, in each process.
    environment = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "pytest_asyncio.plugin",
        "-p",
        "xdist.plugin",
        *arguments,
    ]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False)


def test_rows_that_are_shown_are_listed_with_their_tests(tmp_path: Path) -> None:
    done = suite(tmp_path, ASKS + SECOND)
    assert done.returncode == 0, done.stdout
    assert "IN-02  incentives             1  tests/test_some.py::test_two" in done.stdout


@pytest.mark.parametrize("workers", [(), ("-n", "1")])
def test_a_row_that_is_claimed_and_not_shown_fails_the_whole_suite(tmp_path: Path, workers: tuple[str, ...]) -> None:
    done = suite(tmp_path, ASKS, *workers)
    assert done.returncode == 1
    assert "NO TEST SHOWED IT" in done.stdout


def test_a_test_of_a_row_that_fails_or_is_skipped_shows_nothing(tmp_path: Path) -> None:
    done = suite(tmp_path, ASKS + SECOND.replace("await asked()", "await asked()\n    pytest.skip()"))
    assert (done.returncode, "NO TEST SHOWED IT" in done.stdout) == (1, True)


def test_a_test_of_a_row_has_to_go_through_http(tmp_path: Path) -> None:
    done = suite(tmp_path, ASKS + SECOND.replace("await asked()", "pass"))
    assert done.returncode == 1
    assert "it is said to show IN-02, and asked nothing over HTTP" in done.stdout


def test_some_tests_alone_need_not_show_every_row(tmp_path: Path) -> None:
    assert suite(tmp_path, ASKS, "tests/test_some.py").returncode == 0


def test_what_the_readmes_claim_is_found(tmp_path: Path) -> None:
    readme = tmp_path / "services" / "incentives" / "README.md"
    readme.parent.mkdir(parents=True)
    readme.write_text(
        "# x\n| IN-09 | elsewhere |\n\n## Rows\n\n| row | what |\n|---|---|\n| IN-01 | a |\n| IN-02 | b |\n\n## Next\n\n| IN-03 | c |\n"
    )
    assert claimed(tmp_path) == {"IN-01": "incentives", "IN-02": "incentives"}
    assert "IN-01" in claimed()
