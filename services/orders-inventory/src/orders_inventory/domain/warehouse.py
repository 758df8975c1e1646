"""A place that holds stock."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from channel_events.pure import Decider, Known, Rejected, agree, command, event, tell
from channel_terms import HappenedOn, Label, Name, happened_on
from msgspec import Meta, Struct

from orders_inventory.domain.codes import checked_warehouse
from orders_inventory.domain.words import WarehouseCode


@event("warehouse_defined", public=True)
class WarehouseDefined(Struct, frozen=True, kw_only=True):
    """The warehouse is described like this from ``occurred_on`` on; a later one replaces it."""

    warehouse: str
    name: str
    territory: str | None
    occurred_on: date


@command("define_warehouse", stream="warehouse/{warehouse}")
class DefineWarehouse(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same again changes nothing, another description replaces it."""

    warehouse: WarehouseCode
    name: Annotated[Name, Meta(examples=["Shanghai hub"])]
    territory: Annotated[Label | None, Meta(examples=["CN-E"])] = None
    on: HappenedOn = None


@command("require_warehouse", stream="warehouse/{warehouse}")
class RequireWarehouse(Struct, frozen=True):
    """Asked in the same write as what needs the warehouse; changes nothing."""

    warehouse: str


Warehouse = WarehouseDefined | None


def decide(command: DefineWarehouse | RequireWarehouse, warehouse: Warehouse, known: Known) -> Iterator[WarehouseDefined]:
    checked_warehouse(command.warehouse)
    match command:
        case DefineWarehouse():
            if warehouse is None or not agree(command, warehouse):
                yield tell(WarehouseDefined, command, occurred_on=happened_on(command.on, known))
        case RequireWarehouse():
            if warehouse is None:
                raise Rejected("warehouse_unknown", warehouse=command.warehouse)


def evolve(_: Warehouse, event: WarehouseDefined) -> Warehouse:
    return event


WAREHOUSE: Decider[DefineWarehouse | RequireWarehouse, Warehouse, WarehouseDefined] = Decider(
    "warehouse", initial=None, decide=decide, evolve=evolve, events=[WarehouseDefined]
)
