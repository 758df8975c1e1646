"""A newcomer follows the README word by word: so does this test, with the local stack on free ports and a small year of the demo on it.

Blocks marked ``sh run`` are run by a shell; the ``json`` block behind one shows its output. What is shown may come a moment
later than a command returns (another service has to hear of it), so a block is repeated until it does; its commands carry
keys or ids of their own and may be.
"""

import asyncio
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from qudao_checks.markdown import Block, blocks, differences, links
from qudao_checks.sources import ROOT
from qudao_local.demo.generator import brand
from qudao_local.demo.play.doors import Doors
from qudao_local.demo.play.player import Player
from qudao_local.demo.play.progress import Reporter
from qudao_local.demo.said import console
from qudao_local.ports import PORTS
from qudao_local.stack import Stack

ENGLISH, CHINESE = ((ROOT / name).read_text("utf-8") for name in ("README.md", "README.zh-CN.md"))
README = list(blocks(ENGLISH))
SHELL = [block for block in README if block.info.split(" ")[0] in ("sh", "bash")]
KEPT = {"sh", "json", "text"}
PATIENCE = 30.0
ORDERS = 200
"""Of the year: enough for the partner that is shown to be paid in January and in March."""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    with Stack(tmp_path_factory.mktemp("readme"), given=dict.fromkeys(PORTS, 0), say=lambda *_: None) as running:
        asyncio.run(play(running))
        yield running


async def play(stack: Stack) -> None:
    """What the demo plays before anybody looks around, with fewer orders."""
    async with Doors(stack.urls, token=stack.token(), issue=stack.token) as doors:
        outcome = await Player(doors, brand(1, ORDERS), Reporter(console())).play()
    assert not outcome.failed, outcome


def run(block: Block, stack: Stack) -> str:
    text = block.text
    for name, url in stack.urls.items():
        text = text.replace(f"localhost:{PORTS[name]}", url.removeprefix("http://"))
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text],
        cwd=ROOT,
        env={**os.environ, "TOKEN": stack.token()},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, f"README line {block.line}: {done.stderr}"
    return done.stdout


def documents(text: str) -> list[Any]:
    """The JSON documents of a text, one after another."""
    found, rest = [], text.strip()
    while rest:
        document, end = json.JSONDecoder().raw_decode(rest)
        found.append(document)
        rest = rest[end:].strip()
    return found


def problems(block: Block, shown: list[Any], stack: Stack) -> list[str]:
    """What the last answers of a block, as many as are shown, have otherwise."""
    said = run(block, stack)
    try:
        found = differences(shown, documents(said)[-len(shown) :], "the answers")
    except json.JSONDecodeError:
        found = ["no JSON"]
    return [*found, said] if found else []


def test_the_commands_of_the_readme_do_what_it_shows(stack: Stack) -> None:
    followed = [(block, after) for block, after in pairwise([*README, Block("", 0, "")]) if block.info == "sh run"]
    assert len(followed) >= 4
    for block, after in followed:
        assert after.info == "json", f"README line {block.line}: show what it answers"
        shown, until = documents(after.text), time.monotonic() + PATIENCE
        while found := problems(block, shown, stack):
            assert time.monotonic() < until, f"README line {block.line}: {found}"
            time.sleep(0.2)


@pytest.mark.parametrize(
    "command", sorted({m for b in SHELL for m in re.findall(r"^(?:\w+=\$\()?(make .*?)(?:\)| *#.*)?$", b.text, re.MULTILINE)})
)
def test_every_make_command_of_the_readme_is_there(command: str) -> None:
    words = command.split()[1:]
    done = subprocess.run(["make", "-n", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_other_command_is_known_to_this_test() -> None:
    lines = [line for block in SHELL if block.info == "sh" for line in block.text.splitlines()]
    assert [
        line for line in lines if line and not re.match(r"(TOKEN=\$\()?make |git clone |cd |\.ci/run|\.venv/bin/python -m pytest ", line)
    ] == []


def test_the_ports_of_the_readme_are_those_of_the_stack() -> None:
    named = {int(port) for port in re.findall(r"localhost:(\d+)", ENGLISH)}
    assert named <= set(PORTS.values())


def test_what_runs_in_the_readme_changes_no_file_of_the_repository() -> None:
    assert [block.line for block in SHELL if block.info == "sh run" and re.search(r">|\brm\b|\bmake\b|\bsudo\b", block.text)] == []


def test_the_chinese_readme_has_the_same_commands_answers_links_and_sections() -> None:
    def shown(text: str) -> list[tuple[str, list[str]]]:
        return [(b.info, [line.partition("  #")[0] for line in b.text.splitlines()]) for b in blocks(text) if b.info.split(" ")[0] in KEPT]

    assert shown(CHINESE) == shown(ENGLISH)
    assert set(links(CHINESE)) ^ set(links(ENGLISH)) == {"README.md", "README.zh-CN.md"}
    levels = [re.findall(r"^(#+) ", text, re.MULTILINE) for text in (ENGLISH, CHINESE)]
    assert levels[0] == levels[1]
