"""A place that holds stock."""

from collections.abc import Iterator
from datetime import date

from channel_events.pure import Decider, Rejected, event
from msgspec import Struct


@event("warehouse_defined", public=True)
class WarehouseDefined(Struct, frozen=True, kw_only=True):
    """The warehouse is described like this from ``occurred_on`` on; a later one replaces it."""

    warehouse: str
    name: str
    territory: str | None
    occurred_on: date


class DefineWarehouse(Struct, frozen=True, kw_only=True):
    warehouse: str
    name: str
    territory: str | None
    on: date


class RequireWarehouse(Struct, frozen=True):
    """Asked in the same write as what needs the warehouse; changes nothing."""

    warehouse: str


Warehouse = WarehouseDefined | None


def decide(command: DefineWarehouse | RequireWarehouse, warehouse: Warehouse) -> Iterator[WarehouseDefined]:
    match command:
        case DefineWarehouse():
            if warehouse is None or (command.name, command.territory) != (warehouse.name, warehouse.territory):
                yield WarehouseDefined(warehouse=command.warehouse, name=command.name, territory=command.territory, occurred_on=command.on)
        case RequireWarehouse():
            if warehouse is None:
                raise Rejected("warehouse_unknown", warehouse=command.warehouse)


def evolve(_: Warehouse, event: WarehouseDefined) -> Warehouse:
    return event


WAREHOUSE: Decider[DefineWarehouse | RequireWarehouse, Warehouse, WarehouseDefined] = Decider(
    "warehouse", initial=None, decide=decide, evolve=evolve, events=[WarehouseDefined]
)
