"""The kinds of documents an import is made of. Strict: a field that the kind does not have refuses the document."""

from datetime import date
from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

from orders_inventory.domain.order import NewLine, Wanted

# PostgreSQL has no NUL in its texts; names that the domain checks by itself need no rule here.
_STORABLE = "^[^\\x00]+$"
Name: TypeAlias = Annotated[str, Meta(max_length=500, pattern=_STORABLE)]
Reference: TypeAlias = Annotated[str, Meta(max_length=200, pattern=_STORABLE)]


class History(Struct, frozen=True, forbid_unknown_fields=True):
    """What happened to an imported order before the import, each step whole."""

    confirmed_on: date | None = None
    shipped_on: date | None = None
    delivered_on: date | None = None


class OrderDocument(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="order"):
    source: str
    external_id: str
    partner_id: Name
    currency: str
    warehouse: str
    on: date
    lines: tuple[NewLine, ...]
    sales_rep: Name | None = None
    history: History | None = None

    @property
    def key(self) -> tuple[str, ...]:
        return self.source, self.external_id


class _TakeBack(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """Without ``lines`` all that is left. An order taken back in several parts needs a ``reference`` on each."""

    source: str
    external_id: str
    on: date
    reason: Name
    reference: Reference | None = None
    lines: tuple[Wanted, ...] | None = None

    @property
    def key(self) -> tuple[str, ...]:
        return (self.source, self.external_id) if self.reference is None else (self.source, self.external_id, self.reference)


class CancellationDocument(_TakeBack, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="cancellation"):
    """Units that will not be shipped."""


class ReturnDocument(_TakeBack, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="return"):
    """Delivered units that came back."""


class ReceiptDocument(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="receipt"):
    """``reference`` is what tells two receipts of one SKU apart."""

    warehouse: str
    sku: str
    quantity: int
    reference: Reference
    on: date

    @property
    def key(self) -> tuple[str, ...]:
        return self.warehouse, self.sku, self.reference


class ProductDocument(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="product"):
    """Needs no key: the same description again changes nothing, another one replaces it."""

    sku: str
    name: Name
    category: Name | None = None
    subcategory: Name | None = None
    on: date | None = None


class WarehouseDocument(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="warehouse"):
    """Needs no key, like a product."""

    warehouse: str
    name: Name
    territory: Name | None = None
    on: date | None = None


Document: TypeAlias = OrderDocument | CancellationDocument | ReturnDocument | ReceiptDocument | ProductDocument | WarehouseDocument
KINDS: dict[str, type[Document]] = {
    "order": OrderDocument,
    "cancellation": CancellationDocument,
    "return": ReturnDocument,
    "receipt": ReceiptDocument,
    "product": ProductDocument,
    "warehouse": WarehouseDocument,
}
