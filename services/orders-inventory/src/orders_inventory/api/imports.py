"""Files in and out: catalogue, stock, orders and what happened to them as rows, and the whole history as such a file."""

from datetime import date
from decimal import Decimal
from typing import Any

from channel_service.exporting import document_routes
from channel_service.importing import Importable, ImportSet, import_routes, not_first

from orders_inventory.application.cataloguing import defining_product, defining_warehouse
from orders_inventory.application.crediting import correcting, returning_goods
from orders_inventory.application.ordering import STEPS, bringing
from orders_inventory.application.said import said
from orders_inventory.application.stocking import counting, pricing, receiving, writing_off
from orders_inventory.domain.credit import BringCorrection, BringGoods, Note
from orders_inventory.domain.order import (
    BringOrder,
    CancelOrder,
    ConfirmOrder,
    DeliverOrder,
    History,
    NewLine,
    ReturnOrder,
    ShipOrder,
)
from orders_inventory.domain.price import SetPrice, WithdrawPrice
from orders_inventory.domain.product import DefineProduct
from orders_inventory.domain.stock import CountStock, ReceiveStock, WriteOffStock
from orders_inventory.domain.warehouse import DefineWarehouse

_DAY = date(2026, 5, 1)
_PRODUCTS = Importable(
    "product",
    DefineProduct,
    use=defining_product,
    key=["sku"],
    changed=not_first,
    example=DefineProduct(sku="PEN-01", name="Gel pen", category="Writing"),
)
_WAREHOUSES = Importable(
    "warehouse",
    DefineWarehouse,
    use=defining_warehouse,
    key=["warehouse"],
    changed=not_first,
    example=DefineWarehouse(warehouse="sh", name="Shanghai hub"),
)
_PRICES = Importable(
    "price",
    SetPrice,
    use=pricing,
    key=["price_list", "currency", "sku", "valid_from"],
    required=["valid_from"],
    changed=lambda event: event.data.previous is not None,
    example=SetPrice(price_list="retail", currency="CNY", sku="PEN-01", unit_price=Decimal("3.50"), valid_from=date(2026, 1, 1)),
)
_WITHDRAWALS = Importable(
    "price_withdrawal",
    WithdrawPrice,
    key=["price_list", "currency", "sku", "valid_from", "on"],
    required=["on"],
    example=WithdrawPrice(price_list="retail", currency="CNY", sku="PEN-01", valid_from=date(2027, 1, 1), on=_DAY),
)
_RECEIPTS = Importable(
    "receipt",
    ReceiveStock,
    use=receiving,
    key=["warehouse", "sku", "reference"],
    required=["on"],
    key_or=["reference"],
    id=lambda c: f"{c.warehouse}/{c.sku}",
    example=ReceiveStock(warehouse="sh", sku="PEN-01", quantity=500, reference="DN-4711", on=date(2026, 4, 30)),
)
_COUNTS = Importable(
    "count",
    CountStock,
    use=counting,
    key=["warehouse", "sku", "on", "reference"],
    required=["on"],
    id=lambda c: f"{c.warehouse}/{c.sku}",
    example=CountStock(warehouse="sh", sku="PEN-01", counted=488, on=date(2026, 5, 31)),
)
_WRITE_OFFS = Importable(
    "write_off",
    WriteOffStock,
    use=writing_off,
    key=["warehouse", "sku", "reference"],
    required=["on"],
    key_or=["reference"],
    id=lambda c: f"{c.warehouse}/{c.sku}",
    example=WriteOffStock(warehouse="sh", sku="PEN-01", quantity=3, reason="broken", reference="LOSS-2026-05", on=date(2026, 5, 31)),
)
_ORDERS = Importable(
    "order",
    BringOrder,
    use=bringing,
    key=["source", "external_id"],
    required=["source", "external_id", "on"],
    counts="lines",
    example=BringOrder(
        source="shop",
        external_id="1001",
        partner_id="p-1001",
        currency="CNY",
        warehouse="sh",
        on=_DAY,
        lines=(NewLine("PEN-01", 12, Decimal("3.50")),),
        history=History(confirmed_on=_DAY, shipped_on=_DAY),
    ),
)


def _step(kind: str, example: Any) -> Importable[Any]:
    """What happens to an order that is here. Several of a kind on one order need a ``reference`` each."""
    return Importable(
        kind,
        type(example),
        use=STEPS[type(example)],
        key=["source", "external_id", "reference"],
        required=["source", "on"],
        example=example,
    )


_OF: dict[str, Any] = {"source": "shop", "external_id": "1001", "on": date(2026, 5, 4)}
_STEPS = [
    _step("confirmation", ConfirmOrder(**_OF)),
    _step("shipment", ShipOrder(**_OF)),
    _step("delivery", DeliverOrder(**_OF)),
    _step("cancellation", CancelOrder(**_OF, reason="out of season")),
    _step("return", ReturnOrder(**_OF, reason="broken")),
]
_NUMBERED: dict[str, Any] = {"key": ["source", "external_id"], "required": ["source", "external_id", "on"]}
_NOTE: dict[str, Any] = {"source": "erp", "external_id": "CN-17", "partner_id": "p-1001", "currency": "CNY", "on": date(2026, 5, 4)}
_CREDITS: list[Importable[Any]] = [
    Importable(
        "goods_return",
        BringGoods,
        use=returning_goods,
        **_NUMBERED,
        counts="lines",
        example=BringGoods(**_NOTE, reason="bought last year", warehouse="sh", lines=(NewLine("PEN-01", 2, Decimal("3.50")),)),
    ),
    Importable(
        "amount_correction",
        BringCorrection,
        use=correcting,
        **_NUMBERED,
        example=BringCorrection(**_NOTE, reason="price agreed afterwards", note=Note.CREDIT, amount=Decimal("25.00")),
    ),
]
WHOLE = ImportSet(
    "orders",
    _WAREHOUSES,
    _PRODUCTS,
    _PRICES,
    _WITHDRAWALS,
    _RECEIPTS,
    _COUNTS,
    _WRITE_OFFS,
    _ORDERS,
    *_STEPS,
    *_CREDITS,
    summary="Import a channel's whole history: catalogue, stock, orders and what happened to them",
)
SETS = (
    WHOLE,
    ImportSet("products", _PRODUCTS, _WAREHOUSES, default=_PRODUCTS, summary="Import products, and warehouses by their kind"),
    ImportSet("prices", _PRICES, _WITHDRAWALS, default=_PRICES, summary="Import prices"),
    ImportSet(
        "stock", _RECEIPTS, _COUNTS, _WRITE_OFFS, _WAREHOUSES, summary="Import what came into stock, counted balances, and what was lost"
    ),
)

router = import_routes(*SETS)
documents = document_routes(said, into=WHOLE)
