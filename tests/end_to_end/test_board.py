"""The live board in a real browser: an order placed at one service's door changes the figure on the page."""

import os
import signal
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

import pytest
from channel_terms import CIVIL, Grain
from qudao_checks.sources import ROOT
from qudao_local.stack import Stack
from selenium.webdriver.common.by import By

from .browser import NARROW, WIDE, Browser
from .platform import Platform
from .test_parts_that_die import kill, state

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


def test_the_page_opens_where_the_facts_are(browser: Browser, platform: Platform, board: str) -> None:
    """They are of days long ago, and few: the last 90 days from today would be empty, those from the last fact on not all."""
    for day in ("2025-03-05", "2026-03-05"):
        platform.placed(lines=[("bell", 1, "2.00")], on=day)
    browser.open(board, kept={})
    browser.until(lambda: is_live(browser) and Decimal(browser.value("figure-orders")) == platform.kpi("orders"))
    assert browser.text("range") == "Mar 5, 2025 – Mar 5, 2026"
    assert [browser.run(f"return document.getElementById('{name}').value") for name in ("from", "to")] == ["2025-03-05", "2026-03-05"]
    assert browser.errors() == []


def test_where_the_facts_are_many_it_opens_with_the_last_90_days_of_them(browser: Browser, platform: Platform, board: str) -> None:
    for ago in range(30):
        platform.placed(lines=[("bell", 1, "2.00")], on=str(date(2026, 3, 5) - timedelta(days=ago)))
    browser.open(board, kept={})
    since = {"from": "2025-12-06"}
    browser.until(lambda: is_live(browser) and Decimal(browser.value("figure-orders")) == platform.kpi("orders", **since))
    assert browser.text("range") == "Dec 6, 2025 – Mar 5, 2026"


def test_a_range_of_dates_is_shown_by_day_week_month_or_quarter(browser: Browser, platform: Platform, board: str) -> None:
    for day, price in (("2024-12-30", "1.00"), ("2025-01-02", "2.00"), ("2025-02-01", "4.00")):
        platform.placed(lines=[("bell", 1, price)], on=day)
    kept = {"period": "dates", "from": "2024-12-30", "to": "2025-02-28"}
    named = {"day": "Feb 1, 2025", "week": "2025-W05", "month": "Feb 2025", "quarter": "2025-Q1"}
    for grain, last in {**named, "": named["day"]}.items():
        browser.open(board, kept={**kept, "grain": grain})
        browser.until(lambda: is_live(browser) and browser.value("figure-gross") == "7.00")
        browser.until(partial(reads, browser, last))
    assert browser.text("chart-title") == "Net sales, per day"
    asked = {"from": "2024-12-30", "to": "2025-02-28", "group_by": "week"}
    assert [one["value"] for one in platform.get("metrics", "/v1/kpis/net", **asked)["values"]] == ["3.00", "4.00"]


def reads(browser: Browser, period: str) -> bool:
    return browser.text("readout").startswith(f"{period}: ")


def test_more_periods_than_can_be_drawn_are_not_offered(browser: Browser, platform: Platform, board: str) -> None:
    platform.placed(lines=[("bell", 1, "1.00")], on="2016-05-05")
    browser.open(board, kept={**ALWAYS, "grain": "day"})
    browser.until(lambda: is_live(browser) and Decimal(browser.value("figure-orders")) == platform.kpi("orders"))
    assert browser.text("chart-title") == "Net sales, per month"
    offered = "return [...document.getElementById('grain').options].filter((one) => !one.disabled).map((one) => one.value)"
    assert browser.run(offered) == ["", "month", "quarter"]


def test_facts_of_a_day_far_away_that_come_in_make_periods_longer(browser: Browser, platform: Platform, board: str) -> None:
    browser.open(board, kept={"period": "dates", "from": "", "to": "2015-01-01"})
    browser.until(lambda: is_live(browser))
    platform.placed(lines=[("bell", 1, "1.00")], on="1985-05-05")
    platform.placed(lines=[("bell", 1, "1.00")], on="1999-05-05")
    browser.until(lambda: browser.text("range") == "May 5, 1985 – Jan 1, 2015" and browser.text("chart-title").endswith("per month"))


def test_a_page_that_was_left_keeps_no_connection(browser: Browser, platform: Platform, board: str) -> None:
    """A browser opens six to one server: they were gone for a minute after a few reloads, and the page did not come."""
    for _ in range(8):
        browser.open(board, kept=ALWAYS)
        browser.until(lambda: is_live(browser), 20)


def test_partners_and_products_are_shown_by_their_sales(browser: Browser, platform: Platform, board: str) -> None:
    browser.open(board, kept=ALWAYS)
    browser.until(lambda: "Bike" in browser.text("product") and "p1" in browser.text("partner"))
    platform.placed(lines=[("bell", 1, "9000000.00")])
    first = "return [...document.querySelector('#product tbody tr').children].slice(0, 2).map((one) => one.textContent)"
    browser.until(lambda: browser.run(first) == ["Bell", f"¥{platform.kpi('net', product='bell'):,.2f}"])


def test_events_can_be_told_apart_and_amounts_have_the_digits_of_their_currency(browser: Browser, platform: Platform, board: str) -> None:
    orders = [platform.placed(lines=[("bell", 1, price)], on="2023-03-06") for price in ("31.5", "32.125")]
    browser.open(board, kept={"period": "dates", "from": "2023-03-06", "to": "2023-03-06"})
    browser.until(lambda: is_live(browser) and browser.value("figure-gross") == "63.62")
    browser.click("figure-gross")
    browser.until(lambda: all(order in browser.text("explain-body") for order in orders))
    assert all(amount in browser.text("explain-body") for amount in ("31.50", "32.125", "63.625"))
    events = browser.run("return [...document.querySelectorAll('#explain tbody button')].map((one) => [one.textContent, one.title])")
    assert len({shown for shown, _ in events}) == 2
    assert all(whole.endswith(shown.removeprefix("…")) for shown, whole in events)


def test_the_page_names_periods_as_the_service_does(browser: Browser, board: str) -> None:
    browser.open(board, kept=ALWAYS)
    days = [date(2019, 12, 1) + timedelta(days=n) for n in range(0, 3000, 5)]
    script = """
        const [days, done] = [arguments[0], arguments[1]];
        import("/board/periods.js").then((periods) => done(periods.GRAINS.map((grain) => days.map((day) => {
            const begin = periods.beginOf(grain, periods.momentOf(day));
            const name = periods.nameOf(grain, begin);
            return [name, ...[begin, periods.beginOfNamed(grain, name), periods.nextOf(grain, begin) - periods.DAY].map(periods.dayOf)];
        }))));
    """
    found = browser.driver.execute_async_script(script, [day.isoformat() for day in days])
    for grain, named in zip((Grain.DAY, Grain.WEEK, Grain.MONTH, Grain.QUARTER), found, strict=True):
        spans = [(CIVIL.name(grain, day), CIVIL.span(grain, day)) for day in days]
        assert named == [[name, str(span.first), str(span.first), str(span.last)] for name, span in spans]


def test_what_is_not_counted_is_said(browser: Browser, platform: Platform, board: str, stack: Stack) -> None:
    browser.open(board, kept=ALWAYS)
    browser.until(lambda: is_live(browser) and not browser.driver.find_element(By.ID, "lacking").is_displayed())
    broker = state(stack, "broker").pid or 0
    os.kill(broker, signal.SIGSTOP)
    try:
        browser.until(lambda: "orders-inventory: more is on its way" in browser.text("lacking"))
    finally:
        os.kill(broker, signal.SIGCONT)
    browser.until(lambda: not browser.driver.find_element(By.ID, "lacking").is_displayed())


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
