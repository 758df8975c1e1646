"""What is built of others' work: by hash, under licences that go with ours, by actions that cannot change under us."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from qudao_checks.licences import ELSEWHERE, LOCK, fits, licence, locked
from qudao_checks.sources import ROOT

LOCKS = [ROOT / "requirements.lock", LOCK, ROOT / "deploy/container/build.lock"]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))


def read(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text("utf-8"))


@pytest.mark.parametrize("package", locked(LOCK))
def test_a_package_of_the_image_has_a_licence_that_goes_with_ours(package: str) -> None:
    said = licence(package)
    assert said is not None, "it says none that is known: look, and add it to the list"
    assert fits(said), said


def test_which_licences_go_with_ours() -> None:
    assert fits("MIT AND PSF-2.0")
    assert fits("GPL-3.0-only OR MIT")
    assert not fits("MIT AND GPL-3.0-only")
    assert not fits("AGPL-3.0-only")
    assert licence("no-such-package") is None
    assert set(ELSEWHERE) <= set(locked(LOCK)), "no list of what was"


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_every_package_comes_by_its_hash(path: Path) -> None:
    entries = re.split(r"^(?=[a-z0-9])", path.read_text("utf-8"), flags=re.MULTILINE)[1:]
    assert len(entries) > 10
    assert [entry.splitlines()[0] for entry in entries if not re.search(r"--hash=sha256:[0-9a-f]{64}", entry)] == []


def test_actions_are_named_by_commit_and_may_only_read() -> None:
    assert WORKFLOWS
    for path in WORKFLOWS:
        workflow = yaml.safe_load(path.read_text("utf-8"))
        assert workflow["permissions"] == {"contents": "read"}
        steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
        assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", step["uses"]) for step in steps if "uses" in step)
        assert all(step["with"]["persist-credentials"] is False for step in steps if "checkout" in step.get("uses", ""))
        # What comes from outside is never part of a script's text.
        assert not any("${{" in step["run"] for step in steps if "run" in step)
        assert all("timeout-minutes" in job for job in workflow["jobs"].values())


def test_the_public_ci_runs_what_every_change_has_to_pass() -> None:
    jobs = read(".github/workflows/ci.yml")["jobs"]
    assert ".ci/run" in [step.get("run") for step in jobs["check"]["steps"]]
    (checkout, *_) = jobs["check"]["steps"]
    assert checkout["with"]["fetch-depth"] == 0, "the last release would not be there to be tried"
    targets = re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    named = [*jobs["thorough"]["strategy"]["matrix"]["what"], "audit"]
    assert set(named) <= set(targets)


def test_an_audit_that_was_not_answered_is_not_passed() -> None:
    """Without being told so, pip-audit finds nothing in what the index does not know, and says that nothing is known."""
    told = subprocess.run(["make", "-n", "audit"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "--strict" in told.split()
    assert all(str(lock.relative_to(ROOT)) in told for lock in LOCKS[1:])


def test_hooks_run_what_is_there() -> None:
    (local,) = read(".pre-commit-config.yaml")["repos"]
    assert local["repo"] == "local", "nothing is fetched"
    for hook in local["hooks"]:
        words = hook["entry"].split()
        if words[0] == "make":
            done = subprocess.run(["make", "-n", *words[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
        else:
            assert (ROOT / words[0]).exists(), words[0]


def test_forms_and_the_dev_container_can_be_read() -> None:
    for name in ("bug", "idea"):
        form = read(f".github/ISSUE_TEMPLATE/{name}.yml")
        assert form["name"]
        assert form["description"]
        assert any(part.get("validations", {}).get("required") for part in form["body"])
    container = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text("utf-8"))
    base = re.search(r"python:(\d+\.\d+)", (ROOT / "Dockerfile").read_text("utf-8"))
    assert base is not None
    assert f"python:{base[1]}-" in container["image"]
    assert container["postCreateCommand"].endswith("make install")
