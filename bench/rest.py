"""What the whole stack costs when nobody wants anything: CPU and wake-ups over 20 s, from 10 s after the last order on; and how long the
first order after the rest takes until it is counted.

    python bench/rest.py [--seconds 20] [--settle 10]

A wake-up is a thread that was let go on after it had waited, as the kernel counts it.
"""

import time
from contextlib import suppress
from pathlib import Path

import psutil
import uvloop
from harness import asked
from load import load
from results import record
from stack import ORDERS, Whole, made, now, whole


def wakeups(one: Whole) -> dict[str, int]:
    """Of each part, descendants included, so far."""
    found: dict[str, int] = {}
    for process in [one.load, *one.load.children(recursive=True)]:
        for task in Path(f"/proc/{process.pid}/task").glob("*/status"):
            with suppress(OSError):
                said = dict(line.split(":\t", 1) for line in task.read_text().splitlines())
                name = one.name(process)
                found[name] = found.get(name, 0) + int(said["voluntary_ctxt_switches"])
    return found


def mine() -> float:
    """Seconds of CPU of the launcher, which is this process, with what it starts to ask the parts."""
    own = psutil.Process().cpu_times()
    return float(own.user + own.system + own.children_user + own.children_system)


def place(one: Whole, seconds: float) -> float:
    """Orders for a while, one after another; milliseconds until the first was counted, at most."""
    source, requests = made(one)
    since = now()
    pid = next(state.pid for state in one.stack.states() if state.name == ORDERS) or 0
    how = uvloop.run(load(one.port(ORDERS), pid, requests.__next__, connections=1, seconds=seconds, pace=10, warm=0))
    one.caught_up(source, how.statuses[201])
    return one.freshness(since)[2]


def main() -> None:
    given = asked(__doc__, seconds=20.0, settle=10.0)
    with whole() as one:
        place(one, 2)
        time.sleep(given.settle)
        before, woken, began = one.cpu(), wakeups(one), time.perf_counter()
        before["launcher"] = mine()  # last, and below first: looking costs more than what is looked at
        time.sleep(given.seconds)
        launcher, elapsed = mine(), time.perf_counter() - began
        after, later = one.cpu() | {"launcher": launcher}, wakeups(one)
        first = place(one, 1)
    used = {name: (seconds - before.get(name, 0)) / elapsed for name, seconds in after.items()}
    woke = sum(later.values()) - sum(woken.values())
    most = ", ".join(
        f"{name} {share:.3f} ({(later.get(name, 0) - woken.get(name, 0)) / elapsed:.0f}/s)"
        for name, share in sorted(used.items(), key=lambda part: -part[1])[:4]
    )
    record(
        "the whole stack at rest",
        f"{sum(used.values()):.3f} of a core, {woke / elapsed:,.0f} wake-ups/s",
        "wanted 0.050",
        f"{sum(used.values()) / 0.05:.2f}x of it",
        f"{most}; the first orders afterwards counted within {first:.0f} ms",
    )


if __name__ == "__main__":
    main()
