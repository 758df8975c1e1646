"""A real browser without a screen, for tests of pages."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

PATIENCE = 60.0
_QUIET = ("no-first-run", "disable-background-networking", "disable-component-update", "disable-sync", "disable-quic", "disable-gpu")
WIDE, NARROW = (1440, 1150), (390, 844)


class Browser:
    """Debian's Chromium. ``text`` and ``click`` take an element's id."""

    def __init__(self, folder: Path) -> None:
        chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
        if chromium is None or driver is None:
            pytest.skip("chromium is not installed")
        options = webdriver.ChromeOptions()
        options.binary_location = chromium
        # Without a sandbox of its own: root may not have one, and the only pages it sees are ours.
        for one in ("headless=new", "no-sandbox", f"user-data-dir={folder}", "lang=en", "hide-scrollbars", *_QUIET):
            options.add_argument(f"--{one}")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options, webdriver.ChromeService(driver))

    def open(self, url: str, size: tuple[int, int] = WIDE, *, kept: Mapping[str, str]) -> None:
        """Loads a page that finds just this kept from an earlier visit, as it first finds it and when it is loaded again."""
        width, height = size
        shape = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", shape)
        self.driver.get("about:blank")  # an address that differs behind the # only would not load the page anew
        self.driver.get(url)
        self.run("localStorage.clear()")
        for name, value in kept.items():
            self.driver.execute_script("localStorage.setItem(arguments[0], arguments[1])", name, value)
        self.driver.refresh()

    def text(self, element: str) -> str:
        return self.driver.find_element(By.ID, element).text

    def value(self, element: str) -> str:
        """The exact value that an element carries."""
        return self.driver.find_element(By.ID, element).get_attribute("data-value") or ""

    def type(self, element: str, text: str) -> None:
        self.driver.find_element(By.ID, element).send_keys(text)

    def click(self, element: str) -> None:
        self.driver.find_element(By.ID, element).click()

    def run(self, script: str) -> Any:
        return self.driver.execute_script(script)

    def until(self, holds: Callable[[], object], patience: float = PATIENCE) -> None:
        WebDriverWait(self.driver, patience, poll_frequency=0.05, ignored_exceptions=(Exception,)).until(lambda _: holds())

    def errors(self) -> list[str]:
        """What the page complained about since the last time asked."""
        lines = self.driver.get_log("browser")  # type: ignore[no-untyped-call]
        return [line["message"] for line in lines if line["level"] == "SEVERE"]

    def screenshot(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        assert self.driver.save_screenshot(str(path))

    def close(self) -> None:
        self.driver.quit()
