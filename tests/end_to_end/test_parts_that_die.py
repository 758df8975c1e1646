"""Whatever is killed: every order that was answered counts once, and nothing else does."""

import os
import signal
from collections.abc import Callable
from decimal import Decimal

import httpx
import pytest
from qudao_local.folder import PartState
from qudao_local.stack import Stack

from .platform import Platform

ORDERS = 60


def state(stack: Stack, part: str) -> PartState:
    return next(one for one in stack.states() if one.name == part)


def kill(stack: Stack, part: str) -> None:
    """As a crash, as soon as it is ready; returns when the launcher has noticed. It starts it again, the broker empty."""
    Platform.until(lambda: state(stack, part).state == "ready")
    crashes = state(stack, part).crashes
    os.kill(state(stack, part).pid or 0, signal.SIGKILL)
    Platform.until(lambda: state(stack, part).crashes > crashes)


def place_through(platform: Platform, source: str, at: dict[int, Callable[[], None]]) -> None:
    """Places orders one after another, each until it is answered, and does what ``at`` says at its number."""
    for number in range(ORDERS):
        at.get(number, lambda: None)()

        def answered(number: int = number) -> bool:
            try:
                answer = platform.order(lines=[("bike", 1, "3.00"), ("bell", 2, "0.50")], source=source, external_id=f"n{number}")
            except httpx.TransportError:
                return False
            assert answer.is_success or answer.status_code == 503, answer.text
            return answer.is_success

        platform.until(answered, 60)


@pytest.mark.parametrize("part", ["broker", "metrics", "orders-inventory", "postgres"])
def test_a_killed_part_loses_nothing_and_doubles_nothing(platform: Platform, stack: Stack, part: str) -> None:
    before = platform.stock("bike")
    place_through(platform, part, {20: lambda: kill(stack, part)})
    platform.until(lambda: counted(platform, part) == ORDERS, 90)
    assert platform.kpi("gross", source=part) == ORDERS * Decimal("4.00")
    assert platform.kpi("order_lines", source=part) == 2 * ORDERS
    platform.until(lambda: stock(platform) == {**before, "reserved": before["reserved"] + ORDERS}, 60)


def test_a_broker_that_dies_again_and_again_holds_up_nobody_for_good(platform: Platform, stack: Stack) -> None:
    place_through(platform, "again", {number: lambda: kill(stack, "broker") for number in (5, 10, 30)})
    platform.until(lambda: counted(platform, "again") == ORDERS, 90)
    assert platform.kpi("units", source="again") == 3 * ORDERS


def counted(platform: Platform, source: str) -> int:
    """Orders of a source that the metrics show; -1 while they do not answer."""
    try:
        return int(platform.kpi("orders", source=source))
    except (AssertionError, httpx.TransportError):
        return -1


def stock(platform: Platform) -> dict[str, int]:
    try:
        return platform.stock("bike")
    except (AssertionError, httpx.TransportError, ValueError):
        return {}
