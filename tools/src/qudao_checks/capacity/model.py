"""A process of a service, simulated: clients that each wait for their answer, one thread that computes, batches that are written.

Requests are computed on one after another, since a Python process has one running thread. Commands wait until no batch is under way
(decision 38); then all that wait are decided together and written by one statement, which costs the process nothing while it lasts.
Times are seconds.
"""

import heapq
from collections import deque
from dataclasses import dataclass, field
from itertools import count
from statistics import median


@dataclass(frozen=True)
class Batch:
    """What a batch of n commands costs: ``cpu + n * cpu_each`` of the process, then ``wait + n * wait_each`` of the database."""

    cpu: float
    cpu_each: float
    wait: float
    wait_each: float

    @classmethod
    def between(cls, few: tuple[int, float, float], many: tuple[int, float, float]) -> "Batch":
        """From two measurements in which every batch held all writers: their number, events a second, CPU an event."""
        (n, rate_n, cpu_n), (m, rate_m, cpu_m) = few, many
        computing = [n * cpu_n, m * cpu_m]
        waiting = [n / rate_n - computing[0], m / rate_m - computing[1]]
        slope = [(pair[1] - pair[0]) / (m - n) for pair in (computing, waiting)]
        return cls(computing[0] - n * slope[0], slope[0], waiting[0] - n * slope[1], slope[1])


@dataclass(frozen=True)
class Outcome:
    rate: float
    """Answers a second."""
    p50: float
    cpu: float
    """Of the process, an answer."""


@dataclass
class _Process:
    at: float = 0.0
    spent: float = 0.0
    free: float = 0.0
    """When the thread is free again."""
    queue: deque[tuple[float, int]] = field(default_factory=deque)
    """Commands that wait: since when their caller does, and who that is."""
    writing: bool = False

    def compute(self, seconds: float) -> float:
        """When it is done, behind what the thread has to do before."""
        self.free = max(self.free, self.at) + seconds
        self.spent += seconds
        return self.free


def simulated(clients: int, *, request: float, batch: Batch | None = None, seconds: float = 3.0) -> Outcome:
    """``clients`` that ask again as soon as they are answered, each request costing ``request`` of CPU and then, where there is a
    ``batch``, waiting until its command is written."""
    process, order, events = _Process(), count(), list[tuple[float, int, str, list[tuple[float, int]]]]()
    took: list[float] = []

    def later(at: float, what: str, who: list[tuple[float, int]]) -> None:
        heapq.heappush(events, (at, next(order), what, who))

    for client in range(clients):
        later(client * 1e-6, "asks", [(client * 1e-6, client)])
    while events and (event := heapq.heappop(events))[0] < seconds:
        process.at, _, what, who = event
        if what == "asks":
            later(process.compute(request), "computed", who)
        elif what == "computed" and batch:
            process.queue.extend(who)
        elif what == "decided" and batch:
            later(process.at + batch.wait + len(who) * batch.wait_each, "written", who)
        else:
            process.writing = process.writing and what != "written"
            took += [process.at - since for since, _ in who]
            for _, client in who:
                later(process.at, "asks", [(process.at, client)])
        # Those who are answered together ask again together: a batch is taken when nothing else happens at this moment.
        if batch and process.queue and not process.writing and not (events and events[0][0] <= process.at):
            taken, process.writing = list(process.queue), True
            process.queue.clear()
            later(process.compute(batch.cpu + len(taken) * batch.cpu_each), "decided", taken)
    return Outcome(len(took) / seconds, median(took), process.spent / len(took))
