"""The page that shows the API: it asks for nothing that is not here, and says so to the browser."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from channel_service.testing import Running, listening

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


async def test_all_that_the_page_asks_for_comes_from_here_unchanged(client: Running) -> None:
    page = await client.as_nobody().get("/docs")
    assert page.status_code == 200
    policy = dict(part.split(" ", 1) for part in page.headers["content-security-policy"].split("; "))
    assert (policy["default-src"], policy["script-src"], policy["connect-src"]) == ("'none'", "'self'", "'self'")
    assert not re.search(r"https?://|//[a-z]", page.text)
    asked = re.findall(r'(?:src|href)="(docs/[^"]+)" integrity="(sha384-[^"]+)"', page.text)
    assert [name for name, _ in asked] == ["docs/swagger-ui.css", "docs/swagger-ui.js", "docs/start.js"]
    for name, _ in asked:
        assert (await client.as_nobody().get(f"/{name}")).status_code == 200
    assert not re.search(r"<script>", page.text)


@pytest.mark.skipif(BROWSER is None, reason="no browser here")
async def test_a_browser_without_a_network_shows_the_routes(client: Running, tmp_path: Path) -> None:
    async with listening(client) as url:
        shown = await _shown(f"{url}/docs", tmp_path)
    assert "/v1/counters/{counter}/raise" in re.sub(r"<wbr>|\u200b|<[^>]*>", "", shown)
    assert "Failed to load" not in shown


async def _shown(address: str, folder: Path) -> str:
    """The page as it is after its scripts ran, in a browser that finds no name and no other machine."""
    import asyncio

    given: list[Any] = [
        BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        f"--user-data-dir={folder}", "--virtual-time-budget=15000", "--dump-dom", address,
    ]  # fmt: skip
    browser = await asyncio.create_subprocess_exec(*given, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    said, _ = await asyncio.wait_for(browser.communicate(), 90)
    return said.decode()
