"""The page about imports names every kind of row and every field that the code takes."""

import re
from importlib import import_module
from typing import Any

import pytest
from channel_service.importing import Importable, ImportSet
from channel_service.importing.routes import sets_of
from qudao_checks.rooms import SERVICES
from qudao_checks.sources import ROOT

PAGE = (ROOT / "docs/how-to/import-and-export.md").read_text("utf-8")
TABLE = [
    [cell.strip() for cell in line.split("|")[1:-1]] for line in PAGE.split("### The same file again")[0].splitlines() if line[:1] == "|"
]
SETS = [one for name in SERVICES for router in import_module(f"{name}.app").SERVICE.routers for one in sets_of(router)]
KINDS: dict[str, Importable[Any]] = {kind.kind: kind for set_ in SETS for kind in set_.kinds.values()}


def words(text: str) -> set[str]:
    return set(re.findall(r"[a-z_0-9]+", text))


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_page_has_the_fields_of_each_kind(kind: Importable[Any]) -> None:
    fields = set().union(*(words(fields) for _, kinds, fields in TABLE if kind.kind in words(kinds)))
    assert kind.columns.all - {"key"} <= fields


@pytest.mark.parametrize("set_", SETS, ids=lambda set_: set_.name)
def test_the_page_has_each_route(set_: ImportSet) -> None:
    assert f"`/v1/imports/{set_.name}`" in "".join(route for route, _, _ in TABLE)


def test_the_page_names_no_kind_that_there_is_not() -> None:
    assert set().union(*(words(kinds) for _, kinds, _ in TABLE)) - {"kind"} == KINDS.keys()
