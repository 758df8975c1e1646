"""Three nodes of an Apache Kafka, of whose records each is on all and confirmed when two have it."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from qudao_local.ports import free_port

from qudao_checks.kafka.node import Kafka, Seat, new_id

NODES = 3


class Cluster:
    """Runs from entry to exit as a context manager; any of its ``nodes``, by their ids, may be killed and started again."""

    def __init__(self, folder: Path) -> None:
        seats = [Seat(number, free_port(), new_id()) for number in range(1, NODES + 1)]
        made = [Kafka(free_port(), folder / str(seat.number), number=seat.number, cluster=seats) for seat in seats]
        for one in made:
            one.cluster_id = made[0].cluster_id
        self.nodes = {seat.number: one for seat, one in zip(seats, made, strict=True)}

    @property
    def bootstrap(self) -> str:
        return ",".join(one.bootstrap for one in self.nodes.values())

    def __enter__(self) -> Self:
        try:
            with ThreadPoolExecutor(NODES) as pool:  # none is ready before two are
                for started in [pool.submit(one.start) for one in self.nodes.values()]:
                    started.result()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.end()

    def end(self) -> None:
        for one in self.nodes.values():
            one.kill()
