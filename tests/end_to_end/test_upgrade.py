"""The last release runs on the schema of this one: alone before, beside it, and alone again when this one is taken back.

`deploy/last-release` names its commit; ``QUDAO_TEST_RELEASE`` another one, to try.
"""

import os
import subprocess
from collections.abc import Mapping
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path

import pytest
from qudao_checks.sources import ROOT
from qudao_local.ports import PORTS, free_port
from qudao_local.services import SERVICES, Service
from qudao_local.stack import Stack

from .platform import Platform

RELEASE = os.environ.get("QUDAO_TEST_RELEASE") or (ROOT / "deploy/last-release").read_text("utf-8").strip()
SOURCES = ("libs/*/src", "services/*/src", "deploy/local/src")
HERE = subprocess.run(["git", "cat-file", "-e", f"{RELEASE}^{{commit}}"], cwd=ROOT, capture_output=True, check=False).returncode == 0
pytestmark = pytest.mark.skipif(not HERE, reason="the last release is not in this clone")
EACH = 12


class Older(Service):
    """A process of the last release."""

    path = ""

    def environment(self) -> Mapping[str, str]:
        return {**super().environment(), "PYTHONPATH": self.path}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where Python finds the code of the last release before ours."""
    tree = tmp_path_factory.mktemp("release")
    packed = subprocess.run(["git", "archive", RELEASE], cwd=ROOT, capture_output=True, check=True).stdout
    subprocess.run(["tar", "-x", "-C", str(tree)], input=packed, check=True)
    found = [str(one) for pattern in SOURCES for one in sorted(tree.glob(pattern))]
    assert len(found) > 5
    where = subprocess.run(["python", "-c", "import metrics; print(metrics.__path__[0])"], env=_with(found), capture_output=True, text=True)
    assert where.stdout.startswith(str(tree)), "it is our code that would run"
    return os.pathsep.join(found)


def _with(found: list[str]) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(found), "PATH": f"{ROOT / '.venv/bin'}:{os.environ['PATH']}"}


@pytest.fixture
def data(tmp_path: Path, path: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a stack that the last release made and has worked on."""
    with monkeypatch.context() as older:
        older.setenv("PYTHONPATH", path)
        with (
            Stack(tmp_path / "stack", given=dict.fromkeys(PORTS, 0), say=lambda *_: None) as stack,
            Platform(stack.urls, stack.token()) as it,
        ):
            it.prepare()
            place(it, 0)
            counts(it, EACH)
    return tmp_path / "stack"


def place(platform: Platform, first: int) -> None:
    for number in range(first, first + EACH):
        answer = platform.order(lines=[("bike", 1, "3.00"), ("bell", 2, "0.55")], source="rolled", external_id=f"n{number}")
        assert answer.status_code == 201, answer.text


def counts(platform: Platform, orders: int) -> None:
    platform.until(lambda: platform.kpi("orders", source="rolled") == orders, 60)
    assert platform.kpi("gross", source="rolled") == orders * Decimal("4.10")
    platform.until(lambda: platform.stock("bike")["reserved"] == orders + 1)


def test_the_last_release_works_on_this_schema_beside_this_one_and_without_it(data: Path, path: str) -> None:
    with Stack(data, given=dict.fromkeys(PORTS, 0), say=lambda *_: None) as stack, ExitStack() as ended:
        ours = ended.enter_context(Platform(stack.urls, stack.token()))
        counts(ours, EACH)
        urls = {}
        for kind in SERVICES:
            older = Older(kind, free_port(), data / f"logs/older-{kind.name}.log", stack._service(kind))
            older.path = path
            older.start()
            ended.callback(older.stop)
            urls[kind.name] = older.url
        theirs = ended.enter_context(Platform(urls, stack.token()))
        # A rollout is under way: callers reach one or the other.
        place(theirs, EACH)
        place(ours, 2 * EACH)
        for platform in (ours, theirs):
            counts(platform, 3 * EACH)
        # It is taken back: what is left does all the work.
        for part in stack._parts[2:]:
            part.stop()
        place(theirs, 3 * EACH)
        counts(theirs, 4 * EACH)
    # And it comes once more.
    with Stack(data, given=dict.fromkeys(PORTS, 0), say=lambda *_: None) as stack, Platform(stack.urls, stack.token()) as ours:
        place(ours, 4 * EACH)
        counts(ours, 5 * EACH)
