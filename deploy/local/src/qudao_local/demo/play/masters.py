"""Sends territories, products, warehouses and partners by their own routes, many at once; a rerun changes nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec

from qudao_local.demo.documents import Line, Order, Partner, Product, Territory, Warehouse
from qudao_local.demo.play.doors import Doors, Refused
from qudao_local.demo.play.heads import Heads
from qudao_local.demo.play.imports import send_documents
from qudao_local.demo.play.progress import Reporter
from qudao_local.demo.play.tally import Tally
from qudao_local.demo.scenario import Scenario

AT_ONCE = 16
_COPIES = 60.0
"""Seconds that the copies of partners may take to arrive."""

Item = TypeVar("Item")


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
    """The calls for one scenario, counted."""

    def __init__(self, doors: Doors, scenario: Scenario, reporter: Reporter, heads: Heads) -> None:
        self._doors = doors
        self._heads = heads
        self._scenario = scenario
        self._reporter = reporter
        self.tally = Tally()

    async def send(self) -> Tally:
        """All of them, in the order in which they need each other; refusals are counted and the rest goes on."""
        scenario = self._scenario
        total = len(scenario.territories) + len(scenario.warehouses) + len(scenario.products) + len(scenario.partners)
        stage = self._reporter.stage("masters", total)

        async def counted(item: Any, work: Callable[[Any], Awaitable[None]]) -> None:
            await work(item)
            stage.advance()

        for generation in _generations(scenario.territories, lambda one: one.territory):
            await each(generation, lambda one: counted(one, self._territory))
        await each(scenario.warehouses, lambda one: counted(one, self._warehouse))
        await each(scenario.products, lambda one: counted(one, self._product))
        for related in _generations(scenario.partners, lambda one: one.partner_id):
            await each(related, lambda one: counted(one, self._partner))
        stage.finish(
            f"{len(scenario.territories)} territories, {len(scenario.warehouses)} warehouses, "
            f"{len(scenario.products)} products, {len(scenario.partners)} partners"
        )
        return self.tally

    async def _territory(self, one: Territory) -> None:
        await self._put("partner-registry", f"/v1/territories/{_in_path(one.territory)}", _body(one, "territory"))

    async def _warehouse(self, one: Warehouse) -> None:
        await self._put("orders-inventory", f"/v1/warehouses/{_in_path(one.warehouse)}", _body(one, "warehouse"))

    async def _product(self, one: Product) -> None:
        body = _body(one, "sku")
        body.setdefault("on", self._before())
        await self._put("orders-inventory", f"/v1/products/{_in_path(one.sku)}", body)

    async def _partner(self, one: Partner) -> None:
        path, dated = f"/v1/partners/{_in_path(one.partner_id)}", {"on": one.on}
        if await self._post("/v1/partners", _body(one), f"{one.partner_id}/apply"):
            await self._post(f"{path}/approve", dated, f"{one.partner_id}/approve")
            await self._post(f"{path}/activate", dated, f"{one.partner_id}/activate")

    def _before(self) -> date:
        return self._scenario.partners[0].on if self._scenario.partners else self._scenario.first_day

    async def _put(self, service: str, path: str, body: dict[str, Any]) -> bool:
        return await self._count(service, self._doors.put(service, path, body))

    async def _post(self, path: str, body: dict[str, Any], key: str) -> bool:
        return await self._count(
            "partner-registry", self._doors.post("partner-registry", path, body, f"{self._scenario.name}/partner/{key}")
        )

    async def _count(self, service: str, call: Awaitable[Any]) -> bool:
        """Whether it was taken."""
        try:
            receipt = await call
        except Refused as refusal:
            self.tally.refuse(str(refusal), refusal.code)
            return False
        self.tally.accept(repeated=self._heads.is_repeated(service, receipt))
        return True


async def wait_for_copies(doors: Doors, scenario: Scenario) -> None:
    """Returns when orders-inventory has heard of every partner; asked by a rehearsal, which writes nothing.

    Without it the first orders of the import would be refused and sent again. Raises `TimeoutError`.
    """
    sku, warehouse = scenario.products[0].sku, scenario.warehouses[0].warehouse
    probes = [
        Order(scenario.name, f"probe-{number}", partner.partner_id, scenario.currency, warehouse, scenario.first_day,
              [Line("1", sku, 1, Decimal(1))])
        for number, partner in enumerate(scenario.partners)
    ]  # fmt: skip
    async with asyncio.timeout(_COPIES):
        while True:
            result = await send_documents(doors, probes, dry_run=True)
            if not any(one.problem in {"partner_unknown", "partner_not_active"} for one in result.refused.values()):
                return
            await asyncio.sleep(0.2)


def _generations(items: list[Item], code: Callable[[Item], str]) -> list[list[Item]]:
    """Those without a parent, then their children, and so on; parents come before children in ``items``."""
    depth: dict[str, int] = {}
    generations: list[list[Item]] = []
    for item in items:
        parent: str | None = getattr(item, "parent", None)
        level = depth[code(item)] = depth[parent] + 1 if parent is not None else 0
        while len(generations) <= level:
            generations.append([])
        generations[level].append(item)
    return generations


def _body(one: msgspec.Struct, without: str = "") -> dict[str, Any]:
    """The fields that say something; the code travels in the path."""
    return {name: value for name, value in msgspec.structs.asdict(one).items() if name != without and value is not None}


def _in_path(code: str) -> str:
    return quote(code, safe="")
