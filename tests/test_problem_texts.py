"""Every refusal that the code can make is in a catalogue, and both of its texts are filled by the facts it is made with."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from string import Formatter
from typing import NamedTuple

import pytest
from channel_service import Problem, ProblemCatalogue
from channel_service.importing import IMPORT_PROBLEMS
from channel_service.partners import PARTNER_UNKNOWN
from channel_service.problems import COMMON
from qudao_checks.rooms import SERVICES
from qudao_checks.sources import ROOT

CATALOGUES: dict[str, ProblemCatalogue] = {name: import_module(f"{name}.app").SERVICE.problems for name in SERVICES}
LIBRARIES = sorted((ROOT / "libs").glob("*/src"))
ANSWERED_BEFORE = re.compile(r"/connectors/|/application/push_|/domain/pushed")
"""A push is answered when it is kept: these refusals are reasons of parking and no answers."""
TO_ITSELF = {"delivery_not_due"}
"""Refusals that a part makes to itself: no door leads to the command."""
CALLS = {"Rejected", "BodyRefused", "Refusal", "HttpRefused"}


class Made(NamedTuple):
    """A refusal in the code: where, its code, and the names of its facts; None when they are made elsewhere."""

    where: str
    code: str
    facts: frozenset[str] | None


def refusals(folder: Path) -> Iterator[Made]:
    for file in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS and node.args:
                code = node.args[0]
                if isinstance(code, ast.Constant) and isinstance(code.value, str):
                    names = {keyword.arg for keyword in node.keywords}
                    facts = None if None in names else frozenset(name for name in names if name)
                    yield Made(f"{file.relative_to(ROOT)}:{node.lineno}", code.value, facts)


def sources(service: str) -> Path:
    return ROOT / "services" / service.replace("_", "-") / "src"


def named(text: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(text) if field}


def known_to(service: str) -> ProblemCatalogue:
    # Some services list the problems of imports among their own.
    return ProblemCatalogue({one.code: one for one in (*COMMON, *IMPORT_PROBLEMS, *CATALOGUES[service])}.values())


ALL = {problem.code: problem for catalogue in (COMMON, IMPORT_PROBLEMS, *CATALOGUES.values()) for problem in catalogue}
# What only some services use of a library is described by those.
CASES = [(made, ProblemCatalogue(ALL.values())) for folder in LIBRARIES for made in refusals(folder) if made.code not in TO_ITSELF]
CASES += [(made, known_to(name)) for name in SERVICES for made in refusals(sources(name)) if not ANSWERED_BEFORE.search(made.where)]


def test_refusals_are_found_in_every_service() -> None:
    assert len(CASES) > 60
    refusing = {name for name in SERVICES if any(problem is not PARTNER_UNKNOWN for problem in CATALOGUES[name])}
    assert {"channel_events", "channel_service", "channel_terms", *refusing} == {
        made.where.partition("/src/")[2].partition("/")[0] for made, _ in CASES
    }


@pytest.mark.parametrize(("made", "catalogue"), CASES, ids=lambda value: f"{value.where} {value.code}" if isinstance(value, Made) else "")
def test_a_refusal_has_texts_and_gives_them_their_facts(made: Made, catalogue: ProblemCatalogue) -> None:
    problem = catalogue.get(made.code)
    assert problem is not None, f"{made.code} is in no catalogue"
    if made.facts is not None:
        assert named(problem.en) | named(problem.zh) <= made.facts


@pytest.mark.parametrize("problem", ALL.values(), ids=lambda problem: problem.code)
def test_a_problem_says_the_same_in_both_languages(problem: Problem) -> None:
    assert problem.en.isascii()
    assert any("\u4e00" <= letter <= "\u9fff" for letter in problem.zh)
    assert named(problem.en) == named(problem.zh)
    assert 400 <= problem.status < 600


def test_one_code_means_one_thing_everywhere() -> None:
    common = {problem.code for problem in COMMON}
    for name, catalogue in CATALOGUES.items():
        assert {problem.code for problem in catalogue} & common == set(), name


def test_no_problem_is_described_that_nobody_makes() -> None:
    text = "\n".join(file.read_text("utf-8") for folder in [*LIBRARIES, *map(sources, SERVICES)] for file in folder.rglob("*.py"))
    assert [code for code in ALL if text.count(f'"{code}"') < 2 and f'code = "{code}"' not in text] == []
