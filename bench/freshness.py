"""From an order's record to its count in the KPIs, while orders are placed at an even pace on the whole stack.

    python bench/freshness.py [--rates 50 300] [--seconds 10] [--steps 600 800 1000 1200 1500 2000]

First at the rates named; then by steps, up to the highest at which 99 of 100 orders are counted within a second and the pace is held.
The demand goes on whether or not the answers come, so nothing is hidden by a server that makes its clients wait.
"""

import time

import uvloop
from harness import asked
from load import Load, load
from results import record
from stack import ORDERS, Whole, made, now, whole


def at(one: Whole, rate: float, seconds: float) -> tuple[Load, float, float]:
    """The load, and p50 and p99 in milliseconds from recorded to counted."""
    source, requests = made(one)
    time.sleep(1)
    since = now()
    pid = next(state.pid for state in one.stack.states() if state.name == ORDERS) or 0
    how = uvloop.run(load(one.port(ORDERS), pid, requests.__next__, connections=32, seconds=seconds, pace=rate, warm=0))
    if set(how.statuses) != {201}:
        raise SystemExit(f"answered {dict(how.statuses)}")
    one.caught_up(source, how.statuses[201])
    _, p50, p99 = one.freshness(since)
    return how, p50, p99


def main() -> None:
    given = asked(__doc__, rates=(50.0, 300.0), seconds=10.0, steps=(600.0, 800.0, 1000.0, 1200.0, 1500.0, 2000.0))
    best: tuple[float, Load, float, float] | None = None
    with whole() as one:
        for rate in given.rates:
            _say(f"{rate:g} orders/s", *at(one, rate, given.seconds))
        for rate in given.steps:
            how, p50, p99 = at(one, rate, given.seconds)
            if p99 >= 1000 or how.rate < 0.97 * rate:
                break
            best = rate, how, p50, p99
    if best is None:
        raise SystemExit(f"not even {given.steps[0]:g} orders/s were held: {how.rate:.0f}/s, p99 {p99:.0f} ms")
    rate, how, p50, p99 = best
    _say(f"the highest rate held, {rate:g} orders/s", how, p50, p99)


def _say(what: str, how: Load, p50: float, p99: float) -> None:
    record(
        f"freshness at {what}",
        f"recorded to counted p50 {p50:.0f} ms, p99 {p99:.0f} ms",
        f"the order's own answer p50 {how.p50:.1f} ms, p99 {how.p99:.1f} ms",
        "-",
        f"lost 0 of {how.statuses[201]:,}, whole stack",
    )


if __name__ == "__main__":
    main()
