"""Rows of the capability table: each that a service's README claims is shown by a test that passed and went through HTTP.

A part of the test run: a test says which rows it shows by ``@pytest.mark.row("IN-05")``, and the run ends with the table of what is
claimed. Where the whole suite ran, a row that no test showed fails it; and a test of a row that asked nothing over HTTP fails always.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from qudao_checks.sources import ROOT

ROW = re.compile(r"^\| ((?:PR|IN|OI|ME|CO|XC)-[0-9]{2}) \|", re.MULTILINE)
_SHOWN = "qudao_row"


def claimed(root: Path = ROOT) -> dict[str, str]:
    """The service whose README claims it, by row: the tables in its section "Rows"."""
    found: dict[str, str] = {}
    for readme in sorted(root.glob("services/*/README.md")):
        section = readme.read_text("utf-8").partition("\n## Rows\n")[2].partition("\n## ")[0]
        found |= dict.fromkeys(ROW.findall(section), readme.parent.name)
    return found


class Rows:
    """A plugin of pytest. With xdist the tests run in other processes, and their reports arrive here."""

    def __init__(self, claims: dict[str, str]) -> None:
        self._claims = claims
        self.shown: dict[str, list[str]] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        rows = [str(mark.args[0]) for mark in item.iter_markers("row")]
        if not rows:
            return (yield)
        send = httpx.AsyncClient.send
        asked: list[str] = []

        async def counted(client: Any, request: httpx.Request, **more: Any) -> httpx.Response:
            asked.append(str(request.url))
            return await send(client, request, **more)

        httpx.AsyncClient.send = counted  # type: ignore[assignment,method-assign]
        try:
            yield
        finally:
            httpx.AsyncClient.send = send  # type: ignore[method-assign]
        if not asked:
            pytest.fail(f"it is said to show {', '.join(rows)}, and asked nothing over HTTP")
        item.user_properties += [(_SHOWN, row) for row in rows]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            for name, row in report.user_properties:
                if name == _SHOWN:
                    self.shown.setdefault(str(row), []).append(report.nodeid)

    @property
    def missing(self) -> list[str]:
        """Rows that are claimed, and that no test showed."""
        return sorted(self._claims.keys() - self.shown.keys())

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if _whole(session.config) and self.missing and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        whole = _whole(terminalreporter.config)
        if not self._claims or not (whole or self.shown):
            return
        terminalreporter.section("rows of the capability table")
        for row, service in sorted(self._claims.items()):
            tests = self.shown.get(row, [])
            if tests or whole:
                terminalreporter.write_line(f"{row}  {service:<20}{len(tests):>4}  {tests[0] if tests else 'NO TEST SHOWED IT'}")


def _whole(config: pytest.Config) -> bool:
    """Whether all tests there are were meant to run, on the broker that all of them run on."""
    chosen = config.option.keyword or config.option.markexpr or config.option.collectonly
    return config.args_source is pytest.Config.ArgsSource.TESTPATHS and not chosen and not hasattr(config, "workerinput")
