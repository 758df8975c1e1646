"""Limits of what goes to one target: by the second, at once, and none while it does not answer."""

from channel_events import Backoff, Breaker, PerSecond
from channel_events.sending.gates import Gates
from hypothesis import given
from hypothesis import strategies as st


@given(st.floats(0.5, 50), st.integers(1, 10), st.lists(st.floats(0, 3), min_size=1, max_size=60))
def test_in_no_time_more_goes_out_than_the_rate_allows_and_the_burst(rate: float, burst: int, steps: list[float]) -> None:
    gates, now = Gates(PerSecond(rate, burst), None, each=1000), 100.0
    entered: list[float] = []
    for step in steps:
        now += step
        while gates.enter("ann", now):
            entered.append(now)
        assert gates.shut(now)["ann"] > now
    for n, begin in enumerate(entered):
        for m, end in enumerate(entered[n:], 1):
            assert m <= burst + (end - begin) * rate + 1e-6


def test_when_it_opens_again_is_told_and_holds() -> None:
    gates = Gates(PerSecond(2, 1), None, each=10)
    assert gates.enter("ann", 10.0)
    assert gates.shut(10.0) == {"ann": 10.5}
    assert not gates.enter("ann", 10.4)
    assert gates.enter("bob", 10.0), "each target by itself"
    assert gates.enter("ann", 10.5)


def test_no_more_than_so_many_go_to_one_at_a_time() -> None:
    gates = Gates(None, None, each=2)
    assert [gates.enter("ann", 1.0) for _ in range(3)] == [True, True, False]
    gates.leave("ann", 2.0, answered=True)
    assert gates.enter("ann", 2.0)


def test_after_failures_in_a_row_a_target_is_left_alone_then_tried_by_one_at_a_time() -> None:
    gates = Gates(None, Breaker(failures=3, seconds=60), each=4)
    for answered in (False, False, True, False, False, False):
        assert gates.enter("ann", 0.0)
        gates.leave("ann", 0.0, answered=answered)
    assert gates.broken() == 1
    assert not gates.enter("ann", 59.9)
    assert [gates.enter("ann", 60.0), gates.enter("ann", 60.0)] == [True, False]
    gates.leave("ann", 61.0, answered=False)
    assert not gates.enter("ann", 120.9)
    assert gates.enter("ann", 121.0)
    gates.leave("ann", 122.0, answered=True)
    assert [gates.enter("ann", 122.0) for _ in range(5)] == [True] * 4 + [False]
    assert gates.broken() == 0


def test_what_was_no_try_after_all_says_nothing_about_the_target() -> None:
    gates = Gates(None, Breaker(failures=1, seconds=60), each=1)
    assert gates.enter("ann", 0.0)
    gates.leave("ann", 0.0, answered=None)
    assert gates.broken() == 0
    assert gates.shut(0.0) == {}


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_pauses_are_any_time_up_to_a_limit_that_doubles_and_ends(failed: int, chance: float) -> None:
    retry = Backoff(first=5, longest=3600)
    assert 0 <= retry.pause(failed, chance) <= min(3600, 5 * 2 ** (min(failed, 20) - 1))
    assert retry.pause(failed, 1.0) == min(3600, 5 * 2 ** (min(failed, 20) - 1))
