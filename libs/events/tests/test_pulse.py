"""What a part says of itself, as time goes by."""

import time
from collections.abc import Callable

import pytest
from channel_events import telemetry
from channel_events.pulse import AUDITING, RETRYING, RUNNING, STALLED, STANDING_BY, WAITING, Pulse


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    now = [1000.0]
    monkeypatch.setattr("channel_events.pulse.time.monotonic", lambda: now[0])

    def later(seconds: float) -> None:
        now[0] += seconds

    return later


@pytest.mark.parametrize("state", [RUNNING, STANDING_BY, AUDITING])
def test_a_part_that_gets_round_is_well_and_one_that_does_not_is_stalled(wait: Callable[[float], None], state: str) -> None:
    pulse = Pulse("test")
    pulse.enter(state)
    pulse.beat()
    for _ in range(10):
        wait(4)
        assert (pulse.fresh, pulse.status, pulse.trouble()) == (True, state, None)
        pulse.beat()
    wait(6)
    assert (pulse.fresh, pulse.status) == (False, state)
    wait(10)
    assert (pulse.fresh, pulse.status) == (False, STALLED)
    assert pulse.trouble() == "stalled for 16 s"


@pytest.mark.parametrize("state", [RETRYING, WAITING])
def test_trouble_is_told_when_it_lasts_however_often_it_begins_again(wait: Callable[[float], None], state: str) -> None:
    pulse = Pulse("test")
    pulse.enter(RUNNING)
    for _ in range(9):
        wait(1)
        pulse.enter(state, "no broker")
        assert pulse.trouble() is None
    wait(2)
    assert pulse.trouble() == f"{state} for 11 s: no broker"
    pulse.enter(RUNNING)
    assert pulse.trouble() is None


def test_an_audit_that_fails_again_and_again_is_trouble(wait: Callable[[float], None]) -> None:
    pulse = Pulse("test")
    for _ in range(6):
        pulse.enter(AUDITING)
        wait(1)
        pulse.enter(RETRYING)
        wait(1)
    assert pulse.trouble() == "retrying for 12 s"
    pulse.enter(AUDITING)
    assert pulse.trouble() == "auditing for 12 s"
    pulse.beat()
    assert pulse.trouble() is None


def test_what_never_ran_is_trouble_too(wait: Callable[[float], None]) -> None:
    pulse = Pulse("test")
    wait(12)
    assert pulse.trouble() == "starting for 12 s"


def test_what_never_got_well_is_late_from_its_beginning_on() -> None:
    """The alert takes times: without one it would say nothing of a part that never was well in this process."""
    began = time.time()
    pulse = Pulse("newborn")
    shown = telemetry.ROUND.labels("newborn")._value.get()
    assert began <= shown <= time.time()
    pulse.enter(RETRYING)
    assert telemetry.ROUND.labels("newborn")._value.get() == shown
