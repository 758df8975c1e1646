"""The operator's page names commands as they are, with names that there are, and leaves none out."""

import re
import shlex
from importlib import import_module
from typing import Any

import pytest
from channel_operate.cli.app import app
from qudao_checks.markdown import blocks
from qudao_checks.sources import ROOT
from typer.main import get_command

PAGE = (ROOT / "docs/how-to/operate.md").read_text("utf-8")
COMMANDS: Any = get_command(app)
LINES = [line for block in blocks(PAGE) if block.info == "sh" for line in block.text.splitlines() if line.startswith("channel-operate ")]


OF_ALL_SERVICES = {"databases"}


@pytest.mark.parametrize("line", LINES)
def test_a_command_on_the_page_can_be_given_like_that(line: str) -> None:
    service, name, words = parts(line)
    command = COMMANDS.commands[name]
    context = command.make_context(name, words)  # refuses what the command does not know
    if service is None:
        assert name in OF_ALL_SERVICES
        return
    there = import_module(f"{service.replace('-', '_')}.app").SERVICE
    for what in ("view", "reaction", "subscription"):
        if given := context.params.get(what):
            assert given in {one.name for one in (*there.views, *there.reactions)}


def parts(line: str) -> tuple[str | None, str, list[str]]:
    """The service, the command and what follows it."""
    _, *words = shlex.split(line)
    service = words[1] if words[0] == "--service" else None
    name, *rest = words[2:] if service else words
    return service, name, rest


def test_every_command_is_on_the_page() -> None:
    assert set(re.findall(r"`([a-z-]+)`", PAGE)) | {parts(line)[1] for line in LINES} >= COMMANDS.commands.keys()
