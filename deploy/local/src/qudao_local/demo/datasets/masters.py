"""Territories, partners and products of an export."""

from collections.abc import Iterable
from datetime import date
from typing import Protocol, TypeVar

from qudao_local.demo.datasets.mapping import Mapping, Partners, Products
from qudao_local.demo.datasets.report import BadValue, MappingError, place, require
from qudao_local.demo.datasets.sections import Described
from qudao_local.demo.datasets.tables import Row, Section, Tables
from qudao_local.demo.documents import Partner, Product, Territory

Item = TypeVar("Item")

CHANNEL_TYPES = ("direct", "distributor", "agent", "retailer", "store", "ecommerce", "social")


def read_territories(mapping: Mapping, tables: Tables) -> dict[str, Territory]:
    """The tree by code, parents first. The same code may come again (a country in each of its rows) if it says the same."""
    found: dict[str, tuple[Territory, Row]] = {}
    for number, described in enumerate(mapping.territories):
        section = Section(tables, described, f"territories.{number}")
        code, name = section.text(described.territory, "territory"), section.text(described.name, "name")
        parent = section.optional_text(described.parent, "parent")
        for row in section.rows():
            try:
                territory = Territory(code(row), name(row), parent(row) or None)
                _keep(
                    found,
                    territory.territory,
                    (territory, row),
                    described,
                    tables,
                    f"territory {territory.territory}",
                    "another name or parent",
                )
            except BadValue as bad:
                tables.report.reject(row.file, row.line, str(bad))
    return _parents_first(found, tables)


class PartnerRows:
    """The partners as their file has them, each once; where they belong is known once the orders have been read."""

    def __init__(self, mapping: Mapping, tables: Tables) -> None:
        described: Partners = mapping.partners
        self._tables = tables
        section = Section(tables, described, "partners")
        key, name = section.text(described.partner, "partner"), section.text(described.name, "name")
        channel_type, segment = section.text(described.channel_type, "channel_type"), section.optional_text(described.segment, "segment")
        territory, parent = section.optional_text(described.territory, "territory"), section.optional_text(described.parent, "parent")
        self.found: dict[str, tuple[Partner, Row]] = {}
        for row in section.rows():
            try:
                partner = Partner(
                    partner_id=key(row),
                    name=name(row),
                    channel_type=_channel_type(channel_type(row)),
                    territory=territory(row),
                    on=date.min,
                    segment=segment(row) or None,
                    parent=parent(row) or None,
                )
                _keep(self.found, partner.partner_id, (partner, row), described, tables, f"partner {partner.partner_id}", "other facts")
            except BadValue as bad:
                tables.report.reject(row.file, row.line, str(bad))

    def placed(self, territories: dict[str, Territory], of_orders: dict[str, str], on: date) -> list[Partner]:
        """The partners since ``on``, each in the territory of its orders or else its own, parents first."""
        placed: dict[str, tuple[Partner, Row]] = {}
        for key, (partner, row) in self.found.items():
            territory = of_orders.get(key, partner.territory)
            if territory not in territories:
                reason = f"territory {territory!r} of partner {key} is not one of the territories" if territory else "territory is empty"
                self._tables.report.reject(row.file, row.line, reason)
                continue
            placed[key] = (
                Partner(key, partner.name, partner.channel_type, territory, on, partner.segment, partner.parent),
                row,
            )
        return list(_parents_first(placed, self._tables).values())


def read_products(mapping: Mapping, tables: Tables) -> tuple[dict[str, Product], dict[tuple[str, str], str]]:
    """The products by SKU, and where each stands; the same may come again, as in a file of order lines."""
    described: Products = mapping.products
    section = Section(tables, described, "products")
    sku, name = section.text(described.sku, "sku"), section.text(described.name, "name")
    category = section.optional_text(described.category, "category")
    subcategory = section.optional_text(described.subcategory, "subcategory")
    found: dict[str, tuple[Product, Row]] = {}
    for row in section.rows():
        try:
            product = Product(sku(row), name(row), category(row) or None, subcategory(row) or None)
            _keep(found, product.sku, (product, row), described, tables, f"product {product.sku}", "another name or category")
        except BadValue as bad:
            tables.report.reject(row.file, row.line, str(bad))
    places = {("Product", sku): place(row.file, row.line) for sku, (_, row) in found.items()}
    return {sku: product for sku, (product, _) in found.items()}, places


def _keep(
    found: dict[str, tuple[Item, Row]], code: str, new: tuple[Item, Row], described: Described, tables: Tables, what: str, differs: str
) -> None:
    """Keeps a description: the only one, or the one that the mapping says. `BadValue` when it says nothing and two differ."""
    known = found.setdefault(code, new)
    if known[0] == new[0]:
        return
    require(described.keep is not None, f"{what} is there already with {differs}")
    tables.report.repeat(new[1].file, new[1].line, f"{what} is there already with {differs}; the {described.keep} one holds")
    if described.keep == "last":
        found[code] = new


class _InTree(Protocol):
    @property
    def parent(self) -> str | None: ...


Node = TypeVar("Node", bound=_InTree)


def _parents_first(found: dict[str, tuple[Node, Row]], tables: Tables) -> dict[str, Node]:
    """Those whose parents are all there, in an order in which they can be created; the others are bad rows."""
    ordered: dict[str, Node] = {}
    waiting = dict(found)
    while ready := [key for key, (node, _) in waiting.items() if node.parent is None or node.parent in ordered]:
        for key in ready:
            ordered[key] = waiting.pop(key)[0]
    for key, (node, row) in waiting.items():
        tables.report.reject(row.file, row.line, f"{key}: its parent {node.parent!r} is missing, or below it")
    return ordered


def _channel_type(text: str) -> str:
    if text not in CHANNEL_TYPES:
        raise BadValue(f"channel_type: {text!r} is none of {', '.join(CHANNEL_TYPES)}")
    return text


def require_warehouses(mapping: Mapping, territories: Iterable[str]) -> None:
    """Raises `MappingError` when a warehouse names a territory that the export does not have."""
    known = set(territories)
    for number, warehouse in enumerate(mapping.warehouses):
        if warehouse.territory is not None and warehouse.territory not in known:
            raise MappingError(f"warehouses.{number}.territory: {warehouse.territory!r} is not one of {', '.join(sorted(known))}")
