"""What the libraries show is a decision: a name more or less is seen in review, in ``public_names.json``."""

import importlib
import json

import pytest
from qudao_checks.sources import ROOT

NAMES: dict[str, list[str]] = json.loads((ROOT / "tests/public_names.json").read_text("utf-8"))


@pytest.mark.parametrize("module", NAMES)
def test_a_library_shows_the_names_on_the_list(module: str) -> None:
    shown = importlib.import_module(module).__all__
    assert sorted(shown) == NAMES[module]
    assert len(shown) == len(set(shown))


@pytest.mark.parametrize("module", NAMES)
def test_every_name_shown_is_there_and_public(module: str) -> None:
    loaded = importlib.import_module(module)
    assert [name for name in loaded.__all__ if name.startswith("_") or not hasattr(loaded, name)] == []


def test_the_list_has_every_door_of_the_libraries() -> None:
    assert list(NAMES) == ["channel_events", "channel_events.pure", "channel_operate", "channel_service", "channel_testing"]
