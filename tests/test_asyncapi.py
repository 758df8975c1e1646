"""The AsyncAPI document is valid, by the standard's own schema and by its own parser, and describes what is really sent."""

import copy
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from channel_events.envelope import Encoder
from qudao_checks.contracts.asyncapi import HEADERS, NAME
from qudao_checks.contracts.published import services
from qudao_checks.sources import ROOT

PATH = ROOT / "contracts" / NAME
DOCUMENT = yaml.safe_load(PATH.read_text("utf-8"))
STANDARD = jsonschema.Draft7Validator(json.loads((ROOT / "tests/vendor/asyncapi-3.1.0.json").read_text("utf-8")))

PARSER = "@asyncapi/parser@3.6.6"
CHECK = """
import { readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';
const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[2], 'utf8'));
for (const one of diagnostics) console.log(one.severity, one.code, one.path.join('.'), one.message);
process.exit(document && diagnostics.length === 0 ? 0 : 1);
"""


def test_the_document_is_valid_by_the_standards_schema() -> None:
    assert [f"{error.json_path}: {error.message}" for error in STANDARD.iter_errors(DOCUMENT)] == []


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda d: d["operations"]["metrics.reads.orders-inventory"].update(action="listen"), id="action"),
        pytest.param(lambda d: d["channels"]["orders-inventory"].update(adress="x"), id="a word that it does not know"),
        pytest.param(lambda d: d["servers"]["local"].pop("protocol"), id="protocol"),
        pytest.param(lambda d: d.pop("info"), id="info"),
    ],
)
def test_what_is_wrong_in_a_document_is_found(spoil: Callable[[Any], Any]) -> None:
    document = copy.deepcopy(DOCUMENT)
    spoil(document)
    assert not STANDARD.is_valid(document)


def test_every_topic_and_each_of_its_readers_is_there() -> None:
    told = {service.name for service in services() if f"{service.name}.tells" in DOCUMENT["operations"]}
    assert told == set(DOCUMENT["channels"])
    assert {"partner-registry", "orders-inventory"} <= told
    assert {"metrics.reads.orders-inventory", "comms.reads.partner-registry"} <= set(DOCUMENT["operations"])


def test_the_headers_are_those_that_the_relay_sends() -> None:
    class Everything(dict[str, Any]):
        """A row that has a value in every column."""

        def __missing__(self, name: str) -> Any:
            return 1 if name in ("position", "previous_position", "version") else _Text(name)

    class _Text(str):
        __slots__ = ()

        def isoformat(self) -> str:
            return str(self)

    assert {name for name, _ in Encoder("s").headers(Everything())} == set(HEADERS)


@pytest.mark.parametrize("message", DOCUMENT["components"]["messages"].values(), ids=lambda message: message["name"])
def test_an_examples_headers_and_payload_are_as_described(message: Any) -> None:
    schemas = DOCUMENT["components"]["schemas"]
    (example,) = message["examples"]
    formats = jsonschema.FormatChecker()
    jsonschema.Draft7Validator(schemas["headers"], format_checker=formats).validate(example["headers"])
    jsonschema.Draft7Validator(schemas[message["name"]], format_checker=formats).validate(example["payload"])
    assert set(example["headers"]) <= set(HEADERS)


def test_the_standards_parser_has_nothing_to_say() -> None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("node and npm are not installed")
    folder = parser(npm)
    (folder / "check.mjs").write_text(CHECK)
    checked = subprocess.run([node, "check.mjs", PATH], cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


def parser(npm: str) -> Path:
    """A folder with the parser, kept from run to run."""
    folder = ROOT / "var" / PARSER.strip("@").replace("/", "-")
    if not (folder / "done").exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private": true}')
        command = [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", PARSER]
        got = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
        if got.returncode:
            pytest.skip("npm cannot get @asyncapi/parser")
        (folder / "done").touch()
    return folder
