"""A product that can be ordered: the SKU and what it is called."""

from collections.abc import Iterator
from datetime import date

from channel_events.pure import Decider, Rejected, event
from msgspec import Struct


@event("product_defined", public=True)
class ProductDefined(Struct, frozen=True, kw_only=True):
    """The product is described like this from ``occurred_on`` on; a later one replaces it."""

    sku: str
    name: str
    category: str | None
    subcategory: str | None
    occurred_on: date


class DefineProduct(Struct, frozen=True, kw_only=True):
    sku: str
    name: str
    category: str | None
    subcategory: str | None
    on: date


class RequireProduct(Struct, frozen=True):
    """Asked in the same write as what needs the product; changes nothing."""

    sku: str


Product = ProductDefined | None


def decide(command: DefineProduct | RequireProduct, product: Product) -> Iterator[ProductDefined]:
    match command:
        case DefineProduct():
            facts = (command.name, command.category, command.subcategory)
            if product is None or facts != (product.name, product.category, product.subcategory):
                yield ProductDefined(
                    sku=command.sku,
                    name=command.name,
                    category=command.category,
                    subcategory=command.subcategory,
                    occurred_on=command.on,
                )
        case RequireProduct():
            if product is None:
                raise Rejected("product_unknown", sku=command.sku)


def evolve(_: Product, event: ProductDefined) -> Product:
    return event


PRODUCT: Decider[DefineProduct | RequireProduct, Product, ProductDefined] = Decider(
    "product", initial=None, decide=decide, evolve=evolve, events=[ProductDefined]
)
