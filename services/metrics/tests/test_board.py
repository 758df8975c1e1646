"""The board's files: served whole, from here alone, and nothing else."""

import re

import pytest
from channel_service.testing import Running
from metrics.app import CATALOGUE
from metrics.board import page

FILES = sorted(path.relative_to(page.FOLDER).as_posix() for path in page.FOLDER.rglob("*") if path.is_file())


async def test_the_page_is_there_and_brings_all_it_names(empty: Running) -> None:
    seen: set[str] = set()
    waiting = ["/board"]
    while waiting:
        answer = await empty.get(waiting.pop())
        assert answer.status_code == 200, answer.url
        found = {f"/board/{name}" for name in re.findall(r'(?:/board/|from "\./)([\w/.]+\.(?:js|css))', answer.text)}
        waiting += found - seen
        seen |= found
    assert {name.removeprefix("/board/") for name in seen} == {file for file in FILES if file.endswith((".js", ".css"))}


@pytest.mark.parametrize("file", ["", *(f"/{file}" for file in FILES)])
async def test_the_page_runs_only_what_came_with_it(empty: Running, file: str) -> None:
    answer = await empty.get(f"/board{file}")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//|import\(|@import|from ["']https?:""", answer.text)


@pytest.mark.parametrize("path", ["/board/nothing.js", "/board/../app.py", "/board/%2e%2e/page.py", "/board/uplot", "/board//etc/passwd"])
async def test_nothing_else_is_served(empty: Running, path: str) -> None:
    assert (await empty.get(path)).status_code == 404


async def test_an_unchanged_file_is_not_sent_again(empty: Running) -> None:
    tag = (await empty.get("/board/main.js")).headers["etag"]
    again = await empty.get("/board/main.js", headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")


async def test_the_board_asks_for_kpis_that_there_are_and_says_everything_in_both_languages(empty: Running) -> None:
    main, costs, words = ((page.FOLDER / name).read_text("utf-8") for name in ("main.js", "costs.js", "words.js"))
    for listed in (re.search(r"const KPIS = \[(.*?)\]", main), re.search(r"const COSTS = \[(.*?)\]", costs)):
        assert listed
        assert set(re.findall(r"\w+", listed[1])) <= CATALOGUE.kpis.keys()
    english, chinese = re.search(r"en: \{(.*?)\n  \},\n  zh: \{(.*?)\n  \},\n\};", words, re.DOTALL).groups()  # type: ignore[union-attr]
    assert re.findall(r"(\w+): [\"{]", english) == re.findall(r"(\w+): [\"{]", chinese)
