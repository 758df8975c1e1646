"""Placing orders of two lines for a minute while the whole stack runs on the same cores and all KPIs follow.

    python bench/whole.py [--seconds 60] [--connections 32]

What is printed is the rate, the CPU that an order costs in all parts together, and how long an order took from being recorded to being
counted, at that rate. Afterwards every confirmed order is counted once.
"""

import uvloop
from harness import Spent, asked
from load import load
from results import record
from stack import ORDERS, made, now, whole


def main() -> None:
    given = asked(__doc__, seconds=60.0, connections=32)
    with whole() as one:
        source, requests = made(one)
        before, since, spent = one.cpu(), now(), Spent()
        pid = next(state.pid for state in one.stack.states() if state.name == ORDERS) or 0
        how = uvloop.run(load(one.port(ORDERS), pid, requests.__next__, connections=given.connections, seconds=given.seconds, warm=0))
        if set(how.statuses) != {201}:
            raise SystemExit(f"answered {dict(how.statuses)}")
        placed, mine = how.statuses[201], spent.cpu
        behind = one.caught_up(source, placed)
        used = {name: seconds - before.get(name, 0) for name, seconds in one.cpu().items()}
        _, p50, p99 = one.freshness(since)
    each = sum(used.values()) / placed * 1e3
    most = ", ".join(f"{name} {seconds / placed * 1e3:.2f}" for name, seconds in sorted(used.items(), key=lambda one: -one[1])[:4])
    record(
        f"order over HTTP, whole stack, {given.connections} connections, {given.seconds:.0f} s",
        f"{how.rate:,.0f}/s, {each:.2f} ms of CPU each in all parts ({most})",
        f"p50 {how.p50:.1f} ms, p99 {how.p99:.1f} ms; counted p50 {p50:.0f} ms, p99 {p99:.0f} ms, the last after {behind:.1f} s",
        f"{how.rate / 600:.2f}x of 600/s",
        f"lost 0 of {placed:,}; the load itself took {mine / placed * 1e3:.2f} ms each",
    )


if __name__ == "__main__":
    main()
