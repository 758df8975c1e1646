from datetime import date
from typing import Any

from channel_testing import given
from orders_inventory.domain.product import PRODUCT, DefineProduct, ProductDefined, RequireProduct
from orders_inventory.domain.warehouse import WAREHOUSE, DefineWarehouse, RequireWarehouse, WarehouseDefined

DAY, LATER = date(2026, 5, 1), date(2026, 6, 1)
PEN: dict[str, Any] = {"sku": "A", "name": "Pen", "category": "Writing", "subcategory": None}
HUB: dict[str, Any] = {"warehouse": "sh", "name": "Shanghai", "territory": "CN-31"}


def test_defining_a_product() -> None:
    given(PRODUCT).when(DefineProduct(**PEN, on=DAY)).then(ProductDefined(**PEN, occurred_on=DAY))


def test_defining_it_again_the_same_way_changes_nothing() -> None:
    given(PRODUCT, ProductDefined(**PEN, occurred_on=DAY)).when(DefineProduct(**PEN, on=LATER)).then_nothing()


def test_defining_it_another_way_replaces_it() -> None:
    other = PEN | {"category": "Office"}
    given(PRODUCT, ProductDefined(**PEN, occurred_on=DAY)).when(DefineProduct(**other, on=LATER)).then(
        ProductDefined(**other, occurred_on=LATER)
    )


def test_a_product_that_is_required_must_be_known() -> None:
    given(PRODUCT).when(RequireProduct("A")).then_rejected("product_unknown", sku="A")
    given(PRODUCT, ProductDefined(**PEN, occurred_on=DAY)).when(RequireProduct("A")).then_nothing()


def test_defining_a_warehouse() -> None:
    given(WAREHOUSE).when(DefineWarehouse(**HUB, on=DAY)).then(WarehouseDefined(**HUB, occurred_on=DAY))


def test_defining_a_warehouse_again_writes_only_what_changed() -> None:
    known = given(WAREHOUSE, WarehouseDefined(**HUB, occurred_on=DAY))
    known.when(DefineWarehouse(**HUB, on=LATER)).then_nothing()
    known.when(DefineWarehouse(**HUB | {"territory": None}, on=LATER)).then(
        WarehouseDefined(**HUB | {"territory": None}, occurred_on=LATER)
    )


def test_a_warehouse_that_is_required_must_be_known() -> None:
    given(WAREHOUSE).when(RequireWarehouse("sh")).then_rejected("warehouse_unknown", warehouse="sh")
    given(WAREHOUSE, WarehouseDefined(**HUB, occurred_on=DAY)).when(RequireWarehouse("sh")).then_nothing()
