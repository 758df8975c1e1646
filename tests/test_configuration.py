"""`docs/configuration.md` lacks no setting, and says of each what it means, in which unit, and whether it is needed."""

import re
import subprocess

import pytest
from channel_operate import installed
from channel_service.settings import PREFIX, BadSettings, Settings, load
from qudao_checks.configuration import AROUND, NEEDED, PAGE, of_compose, secret
from qudao_checks.sources import ROOT

TEXT = PAGE.read_text("utf-8")
NAMED = {*(PREFIX + name.upper() for name in Settings.model_fields), *AROUND, *of_compose()}
UNITS = "seconds|bytes|a second|port|connections|brokers"


def test_every_variable_that_anything_reads_is_on_the_page() -> None:
    """Whatever the product, its containers and its manifests name; not what only tests set for themselves."""
    command = [
        "git",
        "grep",
        "-ohE",
        "QUDAO_[A-Z][A-Z_]*[A-Z]",
        "--",
        "libs/*/src",
        "services/*/src",
        "deploy",
        "Dockerfile",
        "docker-compose.yml",
    ]
    command += [".env.example", ":!deploy/local/tests", ":!*.md"]
    found = set(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split())
    services = {one.name.replace("-", "_").upper() for one in installed()}
    of_one = {f"QUDAO_{service}_{kind}DATABASE_URL" for service in [*services, "OTHER", "OTHER_OWNER"] for kind in ("", "OWNER_")}
    ports = {f"QUDAO_PORT_{name}" for name in services}
    # Between the local stack's processes; and the beginnings that code completes.
    inside = {"QUDAO_OWNER_URLS", "QUDAO_PORT"}
    assert found - of_one - ports - inside - NAMED == set()
    assert {name for name in NAMED if f"| `{name}` |" not in TEXT} == set()


@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_setting_has_a_meaning_and_a_number_its_unit(name: str) -> None:
    (row,) = re.findall(rf"^\| `{PREFIX}{name.upper()}` \|.*$", TEXT, re.MULTILINE)
    default, form, meaning = row.strip("|").split(" | ")[1:]
    assert len(meaning) > 10
    assert form.strip()
    if re.match("(whole )?number", form.strip()):
        assert re.search(UNITS, meaning), meaning
    assert ("**secret**" in meaning) == secret(name, Settings.model_fields[name])
    if secret(name, Settings.model_fields[name]):
        assert default.strip() == "", "a secret that everybody knows"


def test_what_the_page_says_is_needed_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMED:
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(BadSettings) as refused:
        load()
    always = {f"{PREFIX}{name.upper()}" for name, where in NEEDED.items() if where == "always"}
    assert set(re.findall(r"(QUDAO_\w+) is not set", str(refused.value))) == always
    # What depends on the role is asked for where it is used: `required` names each.
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "libs/service/src").rglob("*.py"))
    asked = re.findall(r'required\(settings, "(\w+)"', sources)
    asked += [
        f"auth_{name}"
        for part in re.findall(r'f"auth_\{name\}".*?for name in \(([^)]*)\)', sources)
        for name in re.findall(r'"(\w+)"', part)
    ]
    assert {name for name, where in NEEDED.items() if where != "always"} == set(asked)
