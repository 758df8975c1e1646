"""Sends territories, partners, warehouses and products through the import doors; a rerun changes nothing."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from qudao_local.demo.documents import Line, Order, Partner, Product, Territory, Warehouse
from qudao_local.demo.play.doors import Doors
from qudao_local.demo.play.imports import PARTNERS, PRODUCTS, Door, RefusedRow, send_documents, send_whole
from qudao_local.demo.play.progress import Reporter
from qudao_local.demo.play.refusals import Refusals
from qudao_local.demo.play.tally import Tally
from qudao_local.demo.scenario import Scenario

AT_ONCE = 16
_SILENCE = 60.0
"""Seconds after which no more copies of partners are waited for, once none has arrived for so long."""
_PAUSE = 0.2

Item = TypeVar("Item")
Master = Territory | Partner | Warehouse | Product


async def each(items: Iterable[Item], work: Callable[[Item], Awaitable[None]], at_once: int = AT_ONCE) -> None:
    """Works on all items, ``at_once`` of them at any time; the first failure ends it."""
    waiting = iter(items)

    async def worker() -> None:
        for item in waiting:
            await work(item)

    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(worker())


class Masters:
    """The imports for one scenario, counted. ``taken`` are those that no door refused."""

    def __init__(self, doors: Doors, scenario: Scenario, reporter: Reporter) -> None:
        self._doors = doors
        self._scenario = scenario
        self._reporter = reporter
        self.tally = Tally()
        self.refusals = Refusals()
        self.taken: list[Master] = []

    async def send(self, *, dry_run: bool = False) -> Tally:
        """All of them, parents before children; refusals are counted and the rest goes on."""
        scenario = self._scenario
        await self._import("partners", PARTNERS, [*scenario.territories, *scenario.partners], dry_run=dry_run)
        await self._import("products", PRODUCTS, [*scenario.warehouses, *scenario.products], dry_run=dry_run)
        return self.tally

    async def _import(self, title: str, to: Door, masters: list[Master], *, dry_run: bool) -> None:
        stage = self._reporter.stage(title, len(masters))
        result = await send_whole(self._doors, lambda: self._rows(masters), stage, to=to, dry_run=dry_run)
        self.tally.add(counted := Tally(accepted=result.accepted, repeated=result.repeated))
        for place, one in enumerate(masters, 1):
            if place in result.refused:
                self._refuse(one, result.refused[place], counted)
            else:
                self.taken.append(one)
        stage.finish(str(counted))

    def _refuse(self, one: Master, why: RefusedRow, counted: Tally) -> None:
        words = f"{self._scenario.place_of(one)}{why}"
        self.refusals.add(words, why.problem)
        for tally in (self.tally, counted):
            tally.refuse(words, why.problem)

    def _rows(self, masters: list[Master]) -> Iterator[dict[str, Any]]:
        scenario = self._scenario
        before = scenario.partners[0].on if scenario.partners else scenario.first_day
        for one in masters:
            said = {name: value for name, value in msgspec.structs.asdict(one).items() if value is not None}
            match one:
                case Partner():
                    yield {"kind": "partner", **said, "approved_on": one.on, "activated_on": one.on}
                case Product():
                    yield {"kind": "product", "on": before, **said}
                case Territory() | Warehouse():
                    yield {"kind": type(one).__name__.lower(), **said}


async def wait_for_copies(doors: Doors, scenario: Scenario, taken: Iterable[Master]) -> set[str]:
    """Returns when orders-inventory has heard of every partner that was taken; asked by a rehearsal, which writes nothing.

    Without it the first orders of the import would be refused and sent again. The partners that it has not heard of when nothing
    more comes are returned.
    """
    taken = list(taken)
    sku = next((one.sku for one in taken if isinstance(one, Product)), None)
    warehouse = next((one.warehouse for one in taken if isinstance(one, Warehouse)), None)
    missing = [one.partner_id for one in taken if isinstance(one, Partner)]
    if sku is None or warehouse is None:
        return set()  # no order can be taken anyway, and each says why

    def probes() -> Iterator[Order]:
        for number, partner in enumerate(missing):
            lines = [Line("1", sku, 1, Decimal(1))]
            yield Order(scenario.name, f"probe-{number}", partner, scenario.currency, warehouse, scenario.first_day, lines)

    until = time.monotonic() + _SILENCE
    while missing and time.monotonic() < until:
        result = await send_documents(doors, probes(), dry_run=True)
        unknown = {row for row, why in result.refused.items() if why.problem in {"partner_unknown", "partner_not_active"}}
        heard = len(missing) - len(unknown)
        missing = [partner for place, partner in enumerate(missing, 1) if place in unknown]
        if heard:
            until = time.monotonic() + _SILENCE
        if missing:
            await asyncio.sleep(_PAUSE)
    return set(missing)
