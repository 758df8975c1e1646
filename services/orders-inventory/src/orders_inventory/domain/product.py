"""A product that can be ordered: the SKU and what it is called."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from channel_events.pure import Decider, Known, Rejected, agree, command, event, tell
from channel_terms import HappenedOn, Label, Name, happened_on
from msgspec import Meta, Struct

from orders_inventory.domain.codes import checked_sku
from orders_inventory.domain.words import Sku


@event("product_defined", public=True)
class ProductDefined(Struct, frozen=True, kw_only=True):
    """The product is described like this from ``occurred_on`` on; a later one replaces it."""

    sku: str
    name: str
    category: str | None
    subcategory: str | None
    occurred_on: date


@command("define_product", stream="product/{sku}")
class DefineProduct(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same again changes nothing, another description replaces it."""

    sku: Sku
    name: Annotated[Name, Meta(examples=["Gel pen"])]
    category: Annotated[Label | None, Meta(examples=["Writing"])] = None
    subcategory: Annotated[Label | None, Meta(examples=["Pens"])] = None
    on: HappenedOn = None


@command("require_product", stream="product/{sku}")
class RequireProduct(Struct, frozen=True):
    """Asked in the same write as what needs the product; changes nothing."""

    sku: str


Product = ProductDefined | None


def decide(command: DefineProduct | RequireProduct, product: Product, known: Known) -> Iterator[ProductDefined]:
    checked_sku(command.sku)
    match command:
        case DefineProduct():
            if product is None or not agree(command, product):
                yield tell(ProductDefined, command, occurred_on=happened_on(command.on, known))
        case RequireProduct():
            if product is None:
                raise Rejected("product_unknown", sku=command.sku)


def evolve(_: Product, event: ProductDefined) -> Product:
    return event


PRODUCT: Decider[DefineProduct | RequireProduct, Product, ProductDefined] = Decider(
    "product", initial=None, decide=decide, evolve=evolve, events=[ProductDefined]
)
