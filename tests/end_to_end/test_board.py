"""The live board in a real browser: an order placed at one service's door changes the figure on the page."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from qudao_checks.sources import ROOT
from qudao_local.stack import Stack
from selenium.webdriver.common.by import By

from .browser import NARROW, WIDE, Browser
from .platform import Platform
from .test_parts_that_die import kill

ALWAYS = {"period": ""}
"""The page's choice of all time: orders of these tests are of a day long ago."""
SHOTS = ROOT / "var" / "screenshots"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    browser = Browser(tmp_path_factory.mktemp("chromium"))
    yield browser
    browser.close()


@pytest.fixture
def board(platform: Platform, stack: Stack) -> str:
    """The address of the page, with a token behind the #."""
    return f"{platform.urls['metrics']}/board#token={stack.token('ops')}"


def test_whoever_has_no_token_is_asked_for_one(browser: Browser, platform: Platform, stack: Stack) -> None:
    browser.open(f"{platform.urls['metrics']}/board", kept=ALWAYS)
    browser.until(lambda: browser.run("return document.getElementById('sign-in').open"))
    assert "make token" in browser.text("sign-in")
    for token, holds in (("nonsense", lambda: "not accepted" in browser.text("sign-in")), (stack.token("ops"), lambda: is_live(browser))):
        browser.type("token", token)
        browser.driver.find_element(By.CSS_SELECTOR, "#sign-in button").click()
        browser.until(holds)
    browser.click("sign-out")
    browser.until(lambda: browser.run("return document.getElementById('sign-in').open"))


def test_a_token_in_the_address_is_taken_out_of_it(browser: Browser, board: str) -> None:
    browser.open(board, kept=ALWAYS)
    browser.until(lambda: is_live(browser))
    assert browser.driver.current_url.endswith("/board")
    browser.errors()  # from here on there are none; before, 401 was what was tried


def is_live(browser: Browser) -> bool:
    return browser.text("state-text").startswith("Live")


def test_a_figure_changes_without_a_reload(browser: Browser, platform: Platform, board: str) -> None:
    browser.open(board, kept=ALWAYS)
    browser.until(lambda: is_live(browser))
    browser.run("window.stillHere = true")
    browser.until(lambda: Decimal(browser.value("figure-orders")) == platform.kpi("orders"))
    orders, gross = Decimal(browser.value("figure-orders")), Decimal(browser.value("figure-gross"))
    platform.placed(lines=[("bike", 3, "1200.50"), ("bell", 2, "9.25")])
    browser.until(lambda: Decimal(browser.value("figure-orders")) == orders + 1)
    browser.until(lambda: Decimal(browser.value("figure-gross")) == gross + Decimal("3620.00"))
    assert Decimal(browser.value("figure-net")) == platform.kpi("net")
    assert browser.run("return window.stillHere") is True
    browser.screenshot(SHOTS / "board.png")
    assert browser.errors() == []


def test_a_number_explains_itself_down_to_its_event(browser: Browser, platform: Platform, board: str) -> None:
    order = platform.placed(lines=[("bell", 7, "3.10")], on="2026-03-05")
    browser.open(board, kept=ALWAYS)
    browser.until(lambda: Decimal(browser.value("figure-orders")) == platform.kpi("orders"))
    browser.click("figure-gross")
    browser.until(lambda: order in browser.text("explain-body"))
    assert "placed.gross" in browser.text("explain-body")
    row = browser.driver.find_element(By.XPATH, f"//dialog[@id='explain']//tr[td='{order}']")
    assert "21.7" in row.text
    row.find_element(By.CSS_SELECTOR, "button").click()
    browser.until(lambda: '"order_placed"' in browser.text("explain-body") and order in browser.text("explain-body"))
    browser.screenshot(SHOTS / "board-event.png")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("name", "size"), [("wide", WIDE), ("narrow", NARROW)])
def test_the_page_fits_in_both_languages_and_themes(
    browser: Browser, platform: Platform, board: str, language: str, theme: str, name: str, size: tuple[int, int]
) -> None:
    browser.open(board, size, kept={"language": language, "theme": theme, **ALWAYS})
    browser.until(lambda: browser.text("state-text").startswith({"en": "Live", "zh": "实时"}[language]))
    browser.until(lambda: browser.value("figure-orders"))
    assert browser.run("return document.documentElement.scrollWidth <= window.innerWidth")
    assert browser.run("return [...document.querySelectorAll('[data-text], #figures .name')].every((one) => one.textContent !== '')")
    assert browser.run("return document.documentElement.lang").startswith(language)
    browser.screenshot(SHOTS / f"board-{name}-{language}-{theme}.png")


def test_the_page_comes_back_by_itself_when_the_service_was_away(browser: Browser, platform: Platform, stack: Stack, board: str) -> None:
    browser.open(board, kept=ALWAYS)
    browser.until(lambda: is_live(browser))
    orders = Decimal(browser.value("figure-orders"))
    kill(stack, "metrics")
    browser.until(lambda: "trying again" in browser.text("state-text"))
    platform.placed(lines=[("bell", 1, "1.00")])
    browser.until(lambda: is_live(browser) and Decimal(browser.value("figure-orders")) == orders + 1)
