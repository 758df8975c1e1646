"""A new service is a folder: once it is installed the checks, the pages, the contracts and the local stack know it."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from qudao_checks.sources import ROOT

FILES = {
    "README.md": "# training\n",
    "pyproject.toml": """
        [project]
        name = "training"
        version = "0.1.0"

        [project.entry-points."qudao.services"]
        training = "training.app:SERVICE"
        """,
    "src/training/__init__.py": "PORT = 8199\n",
    "src/training/__main__.py": """
        from channel_service import run
        from training.app import SERVICE

        run(SERVICE)
        """,
    "src/training/app.py": """
        from channel_events import TEXT, Put, Table, Topic, View
        from channel_service import Service
        from training.contracts import PartnerActivated
        from training.domain import COURSE

        TABLE = Table("trainee", key=("partner_id",), columns={"partner_id": TEXT})
        TRAINEES = View(
            "trainees", version=1, of=Topic("partner-registry", events=[PartnerActivated]), tables=TABLE,
            changes=lambda event: [Put((event.data.partner_id,))],
        )
        SERVICE = Service("training", title="Training", summary="Who learns what.", deciders=[COURSE], views=[TRAINEES])
        """,
    "src/training/contracts/__init__.py": """
        from channel_events.pure import event
        from msgspec import Struct

        @event("partner_activated", public=True)
        class PartnerActivated(Struct, frozen=True):
            partner_id: str
        """,
    "src/training/domain/__init__.py": """
        from channel_events.pure import Decider, event
        from msgspec import Struct

        @event("course_opened", public=True)
        class CourseOpened(Struct, frozen=True):
            '''A course may be attended.'''

            title: str

        COURSE = Decider(
            "course", initial=False, decide=lambda command, opened: [command], evolve=lambda opened, event: True, events=[CourseOpened]
        )
        """,
}
FOUND = """
    import json
    from channel_operate import installed
    from qudao_checks.contracts.folder import index, schema_problems
    from qudao_checks.contracts.published import consumed, published, services
    from qudao_checks.imports import Module, violations
    from qudao_checks.service_pages import pages
    from qudao_checks.sources import ROOT
    from qudao_local.ports import PORTS
    from qudao_local.services import SERVICES

    every = services()
    everything, readers = published(every), list(consumed(every))
    print(json.dumps({
        "port": PORTS["training"],
        "kinds": [(kind.name, kind.module, kind.database, kind.owner) for kind in SERVICES][-1],
        "rules": [text for line in ("import uuid", "from metrics.views import sales")
                  for text in violations(Module("training.domain.course", False, "planted.py", line))],
        "contracts": list(schema_problems(ROOT / "contracts", everything)),
        "index": index(everything, readers),
        "page": [text for path, text in pages().items() if path.parent.name == "training"][0],
    }))
    """
STARTED = """
    import sys
    from pathlib import Path
    import httpx
    from qudao_local.services import SERVICES
    from qudao_local.stack import Stack

    with Stack(Path(sys.argv[1]), kinds=SERVICES[-1:], given={"training": 0, "postgres": 0, "broker": 0}) as stack:
        print(httpx.get(stack.urls["training"] + "/health/ready").text)
    """


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The sources of a service, installed as pip does it: what its pyproject says of entry points is in its metadata."""
    root = tmp_path / "training"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(dedent(text).lstrip())
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    metadata = root / "src/training-0.1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.4\nName: {project['name']}\nVersion: {project['version']}\n")
    groups = project["entry-points"].items()
    lines = [f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in named.items()) for group, named in groups]
    (metadata / "entry_points.txt").write_text("".join(lines))
    return root


def run(folder: Path, script: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", dedent(script), *arguments],
        env={**os.environ, "PYTHONPATH": str(folder / "src")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_checks_contracts_pages_and_the_local_stack_find_a_service_by_its_entry_point(folder: Path) -> None:
    found: dict[str, Any] = json.loads(run(folder, FOUND))
    assert found["port"] == 8199
    assert found["kinds"] == ["training", "training", "training", "training_owner"]
    assert [text.partition("imports ")[2].partition(":")[0] for text in found["rules"]] == ["uuid", "metrics.views"]
    assert "training.course_opened has no schema: run make contracts" in found["contracts"]
    assert "## training" in found["index"]
    [activated] = [line for line in found["index"].splitlines() if "[partner_activated]" in line]
    assert "training" in activated.rpartition("|")[0].rpartition("|")[2]
    assert "| partner-registry | view trainees | `partner_activated` |" in found["page"]
    assert "[course_opened](../../contracts/training/course_opened.schema.json)" in found["page"]


def test_the_local_stack_starts_it_over_a_database_of_its_own(folder: Path, tmp_path: Path) -> None:
    said = run(folder, STARTED, str(tmp_path / "data")).splitlines()
    ready = json.loads(next(line for line in said if line.startswith("{")))
    assert (ready["service"], ready["checks"]["migrations"], ready["checks"]["subscriptions"]) == ("training", "ok", "ok")


def test_make_installs_and_types_it(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "services").mkdir()
    folder.rename(tmp_path / "services/training")
    (tmp_path / "print.mk").write_text("print: ; @echo $(TYPED)\n")
    said = subprocess.run(
        ["make", "-f", str(ROOT / "Makefile"), "-f", "print.mk", "print"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert said.stdout.split()[0] == "services/training"
