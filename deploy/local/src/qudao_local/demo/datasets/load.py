"""A mapping and a folder of files become a scenario and a report of what was not taken."""

from collections.abc import Container, Iterator
from datetime import date, timedelta
from heapq import merge
from itertools import chain, repeat
from pathlib import Path

from qudao_local.demo.datasets.credit_notes import place_notes
from qudao_local.demo.datasets.credit_rows import CreditReader
from qudao_local.demo.datasets.earlier import Earlier, TakenNote
from qudao_local.demo.datasets.mapping import Mapping
from qudao_local.demo.datasets.masters import PartnerRows, read_products, read_territories, require_warehouses
from qudao_local.demo.datasets.order_rows import OrderRows
from qudao_local.demo.datasets.orders import OrderReader
from qudao_local.demo.datasets.report import DataError, Report, place
from qudao_local.demo.datasets.stock import StockReader
from qudao_local.demo.datasets.store import OrderStore
from qudao_local.demo.datasets.stories import Story, tell
from qudao_local.demo.datasets.tables import Tables
from qudao_local.demo.documents import Document, Partner, Territory, Warehouse
from qudao_local.demo.scenario import Scenario


def load(mapping: Mapping, folder: Path, earlier: Earlier | None = None) -> tuple[Scenario, Report, Earlier]:
    """Reads everything, writes nothing. Orders come in the order of their days, then as the file has them.

    The last is what a later load builds on, as this one does on ``earlier``.

    Raises `MappingError` when the mapping does not fit the files' columns, `DataError` when a file cannot be read or has no good order.
    """
    report = Report()
    tables = Tables(mapping, folder, report)
    territories = read_territories(mapping, tables)
    require_warehouses(mapping, territories)
    products, places = read_products(mapping, tables)
    partner_rows = PartnerRows(mapping, tables)
    orders = OrderReader(tables, mapping.orders, mapping.currency, partner_rows.found, products, territories).read()
    days = orders.days()
    if days is None:
        raise DataError(f"{folder}: not one good order line; the first bad rows: {'; '.join(map(str, report.bad[:3])) or 'none'}")
    earlier = earlier or Earlier()
    before = earlier.before or days[0] - timedelta(1)
    placed_by = _territories_of_orders(orders, report) if mapping.partners.placed_by == "orders" else {}
    partners = partner_rows.placed(territories, placed_by, before)
    _drop_unplaced(orders, partners, report)
    report.loaded(orders)
    apart, notes = _apart(mapping, tables, orders, earlier, products, {one.partner_id for one in partners}, days[0], before)
    counted = 0

    def told(report: Report) -> Iterator[Story]:
        own = (tell(mapping.name, key, order, report) for key, order in orders.by_day())
        return merge((story for story in own if story.documents), apart, key=lambda story: (story.on, story.turn))

    def documents() -> Iterator[Document]:
        nonlocal counted
        for story in told(report):
            counted += len(story.documents)
            yield from story.documents

    earlier = Earlier(before, earlier.receipts, notes).with_stock_for(mapping.name, documents(), before, wanted=mapping.made_up_stock)
    # Those of a product that is no more in the export are there, or were refused for what it is called.
    opening = [receipt for receipt in earlier.receipts if receipt.sku in products]
    for partner in partners:
        row = partner_rows.found[partner.partner_id][1]
        places["Partner", partner.partner_id] = place(row.file, row.line)

    return (
        Scenario(
            name=mapping.name,
            currency=mapping.currency,
            zone=mapping.zone,
            first_day=days[0],
            last_day=days[1],
            territories=[Territory(one.territory, one.name, one.parent, before) for one in territories.values()],
            partners=partners,
            products=list(products.values()),
            warehouses=[Warehouse(one.warehouse, one.name, one.territory) for one in mapping.warehouses],
            expected_documents=len(opening) + counted,
            # What is wrong was reported the first time.
            documents=lambda: chain(opening, (document for story in told(Report()) for document in story.documents)),
            places=lambda: chain(repeat("opening stock", len(opening)), (at for story in told(Report()) for at in story.places)),
            master_places=places,
            groupings=("territory", "segment", "product_category", "year"),
        ),
        report,
        earlier,
    )


def _apart(
    mapping: Mapping,
    tables: Tables,
    orders: OrderStore,
    earlier: Earlier,
    products: Container[str],
    partners: Container[str],
    first: date,
    before: date,
) -> tuple[list[Story], dict[str, TakenNote]]:
    """The stories that are no orders', in the order in which they are sent, and how credit notes were taken."""
    report, name = tables.report, mapping.name
    warehouses = {one.warehouse for one in mapping.warehouses}
    readers = [StockReader(tables, one, f"stock.{at}", name, products, warehouses) for at, one in enumerate(mapping.stock)]
    sections = [
        (one, CreditReader(tables, one, f"credit_notes.{at}", mapping.currency, partners, products))
        for at, one in enumerate(mapping.credit_notes)
    ]
    stories, notes = place_notes(sections, name, orders, dict(earlier.notes), report)
    stories += [story for reader in readers for story in reader.stories(first, before)]
    return sorted(stories, key=lambda story: (story.on, story.turn)), notes


def _territories_of_orders(orders: OrderStore, report: Report) -> dict[str, str]:
    """Each partner's territory by its first order; that others differ is noted."""
    first: dict[str, tuple[date, str]] = {}
    seen: dict[str, set[str]] = {}
    for _, order in orders.by_day():
        header = order.header
        if header and header.territory:
            seen.setdefault(header.partner, set()).add(header.territory)
            known = first.get(header.partner)
            if known is None or header.on < known[0]:
                first[header.partner] = (header.on, header.territory)
    moving = sorted(partner for partner, territories in seen.items() if len(territories) > 1)
    if moving:
        shown = ", ".join(moving[:5])
        report.notes.append(f"{len(moving)} partners have orders in several territories ({shown}...): the first order's is taken")
    return {partner: territory for partner, (_, territory) in first.items()}


def _drop_unplaced(orders: OrderStore, partners: list[Partner], report: Report) -> None:
    """Orders of a partner whose own row turned out bad (no such territory, no such parent) cannot be placed either."""
    placed = {partner.partner_id for partner in partners}
    dropped: dict[str, OrderRows] = {}
    for key, order in orders.by_day():
        if order.header and order.row and order.header.partner not in placed:
            reason = f"partner {order.header.partner} of order {key} has a bad row of its own"
            report.reject(order.row.file, order.row.line, reason)
            report.taken["order_line"] -= len(order.lines)
            order.header, order.lines = None, {}
            dropped[key] = order
    for key, order in dropped.items():
        orders.put(key, order)
