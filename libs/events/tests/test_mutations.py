"""Mistakes in the library are caught by the tests that name them; all of them are made by ``make mutations``."""

import pytest
from qudao_checks.mutations import Edit, Mutation, Stale, mutated, mutations, survives
from qudao_checks.sources import ROOT

EVERY = [one for library in sorted(ROOT.glob("libs/*")) for one in mutations(library)]


@pytest.mark.parametrize("mutation", [one for one in EVERY if one.quick], ids=lambda one: one.name)
def test_a_mistake_is_caught_by_its_tests(mutation: Mutation) -> None:
    assert (reason := survives(mutation)) is None, reason


@pytest.mark.parametrize("mutation", EVERY, ids=lambda one: one.name)
def test_each_mistake_can_still_be_made_and_its_tests_are_there(mutation: Mutation) -> None:
    for edit in mutation.edits:
        [file] = ROOT.glob(f"libs/*/src/{edit.file}")
        assert mutated(text := file.read_text(), edit) != text
    for test in mutation.node_ids:
        path, _, name = test.partition("::")
        assert f"def {name.partition('[')[0]}(" in (ROOT / path).read_text()


@pytest.mark.parametrize("text", ["nothing of it", "old and old"])
def test_an_edit_that_no_longer_applies_is_said(text: str) -> None:
    with pytest.raises(Stale, match="not once: 'old'"):
        mutated(text, Edit("a.py", "old", "new"))


def test_a_mistake_that_no_test_sees_is_said() -> None:
    harmless = Edit("channel_events/ids.py", '"""', '"""  ')
    one = next(one for one in EVERY if one.quick)
    assert "does not apply any more" in (survives(one._replace(edits=(harmless,))) or "")
    comment = Edit("channel_events/partition.py", "def partition_of", "# harmless\ndef partition_of")
    tests = ("test_partition.py::test_a_streams_partition_is_what_it_always_was",)
    assert "did not fail (exit status 0)" in (survives(one._replace(edits=(comment,), tests=tests)) or "")


def test_a_mistake_whose_tests_cannot_start_is_not_caught() -> None:
    one = next(one for one in EVERY if one.quick)
    broken = Edit("channel_events/partition.py", "def partition_of", "this is no Python\ndef partition_of")
    assert "did not fail" in (survives(one._replace(edits=(broken,))) or "")
