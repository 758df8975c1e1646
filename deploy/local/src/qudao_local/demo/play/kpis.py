"""Reads figures back, from the metrics API only."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from qudao_local.demo.play.doors import Doors
from qudao_local.demo.play.figures import Figures

COLUMNS = ("gross", "net", "orders", "units", "cancelled", "returned", "fill_rate")
"""The KPIs of the table, in its order."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group's figures by KPI; a KPI that the group has none of is missing."""

    key: str
    name: str
    values: dict[str, Decimal]


class Kpis:
    """The figures of one source's orders; of money in several currencies tables show the one that is named."""

    def __init__(self, doors: Doors, source: str, currency: str) -> None:
        self._doors = doors
        self._source = source
        self._currency = currency

    async def total(self) -> Figures:
        """The sums over everything; `fill_rate` as its two counts."""
        filled, fillable = await self._fill_rate()
        return Figures(
            orders=int(await self._one("orders")),
            order_lines=int(await self._one("order_lines")),
            units=int(await self._one("units")),
            gross=await self._one("gross"),
            discount=await self._one("discount"),
            cancelled=await self._one("cancelled"),
            returned=await self._one("returned"),
            corrected=await self._one("corrected"),
            filled=filled,
            fillable=fillable,
        )

    async def order_lines(self) -> int:
        return int(await self._one("order_lines"))

    async def by(self, dimension: str) -> list[Group]:
        """All groups of a dimension or period with all `COLUMNS`, by their key."""
        groups: dict[str, Group] = {}
        for kpi in COLUMNS:
            for value in await self._shown(kpi, group_by=dimension, limit=10_000):
                key = value["group"][dimension] or "(none)"
                name = value["names"].get(dimension, key)
                if value["value"] is not None:
                    groups.setdefault(key, Group(key, name, {})).values[kpi] = Decimal(value["value"])
        return [groups[key] for key in sorted(groups)]

    async def everything(self) -> Group:
        """The total as a row of the table."""
        values = {}
        for kpi in COLUMNS:
            for value in await self._shown(kpi):
                if value["value"] is not None:
                    values[kpi] = Decimal(value["value"])
        return Group("", "total", values)

    async def top_partners(self, count: int) -> list[tuple[str, str, Decimal]]:
        """Id, name and gross of the partners with most of it."""
        values = await self._shown("gross", group_by="partner", order="-value", limit=count)
        return [(one["group"]["partner"], one["names"].get("partner", ""), Decimal(one["value"])) for one in values]

    async def _one(self, kpi: str) -> Decimal:
        """The exact value of the whole, 0 when there is none yet; of money the sum over all currencies, which only tells whether
        all of it is there."""
        return sum((Decimal(value["exact"]) for value in await self._values(kpi)), Decimal(0))

    async def _fill_rate(self) -> tuple[int, int]:
        values = await self._values("fill_rate")
        return (int(values[0]["numerator"]), int(values[0]["denominator"])) if values else (0, 0)

    async def _shown(self, kpi: str, **asked: Any) -> list[dict[str, Any]]:
        return [value for value in await self._values(kpi, **asked) if value["currency"] in {None, self._currency}]

    async def _values(self, kpi: str, **asked: Any) -> list[dict[str, Any]]:
        answer = await self._doors.get("metrics", f"/v1/kpis/{kpi}", source=self._source, **asked)
        values: list[dict[str, Any]] = answer["values"]
        return values
