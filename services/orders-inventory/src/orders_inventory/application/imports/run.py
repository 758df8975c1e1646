"""An import: many documents in flight at once, so that the log writes them in few batches, decided in the file's order.

The log decides commands in the order they are handed to it, so each document sees the effect of all before it although
none is waited for. One kind must wait: what takes an order back is worked out on that order's state, so the earlier
documents of this order have to be written first.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Mapping
from datetime import date
from typing import Any, TypeAlias

from channel_events import Actor, Appended, LogUnavailable, On, OutcomeUnknown, Rejected
from msgspec import Struct

from orders_inventory.application.catalogue import define_product, define_warehouse, receive_stock
from orders_inventory.application.deciding import Deciding
from orders_inventory.application.imports.commands import command_key, has_happened, importing
from orders_inventory.application.imports.documents import (
    CancellationDocument,
    Document,
    OrderDocument,
    ProductDocument,
    ReceiptDocument,
    ReturnDocument,
    WarehouseDocument,
)
from orders_inventory.application.imports.results import Progress, Result, RowResult, Summary, Tally
from orders_inventory.application.imports.rows import Read, Reader, Refused, Row
from orders_inventory.application.steps import cancelling, returning
from orders_inventory.domain.codes import order_id
from orders_inventory.domain.order import ORDER, OrderingPartner, PlaceOrder
from orders_inventory.domain.product import DefineProduct
from orders_inventory.domain.stock import ReceiveStock
from orders_inventory.domain.warehouse import DefineWarehouse

IN_FLIGHT = 256
"""Documents handed to the log and not answered yet."""
PROGRESS_EVERY = 1_000

PartnersOf: TypeAlias = Callable[[Iterable[str]], Awaitable[Mapping[str, OrderingPartner]]]


class _InFlight(Struct, frozen=True):
    row: Row
    id: str
    task: asyncio.Task[Appended]


class Import:
    """One run over one file. Iterate `results`; leaving early writes nothing more than what is in flight."""

    def __init__(self, log: Deciding, partners_of: PartnersOf, by: Actor, today: date, *, dry_run: bool = False) -> None:
        self._log, self._partners_of, self._by, self._today, self._dry_run = log, partners_of, by, today, dry_run
        self._waiting: deque[_InFlight | Refused] = deque()
        self._tally = Tally()

    async def results(self, reader: Reader, pieces: AsyncIterable[bytes]) -> AsyncIterator[Result]:
        try:
            async for piece in pieces:
                async for result in self._take(reader.feed(piece)):
                    yield result
                self._tally.rows = reader.rows
                if self._tally.stopped:
                    break
            else:
                async for result in self._take(reader.end()):
                    yield result
            while self._waiting:
                for result in await self._settle():
                    yield result
        finally:
            await self._finish()
        self._tally.rows = reader.rows
        yield Summary(self._tally, self._dry_run)

    async def _take(self, reads: Iterable[Read]) -> AsyncIterator[Result]:
        chunk = list(reads)
        partners = await self._partners_of(
            {r.document.partner_id for r in chunk if isinstance(r, Row) and isinstance(r.document, OrderDocument)}
        )
        for read in chunk:
            while len(self._waiting) >= IN_FLIGHT or (self._waiting and self._is_settled(self._waiting[0])):
                for result in await self._settle():
                    yield result
            self._waiting.append(read if isinstance(read, Refused) else await self._begin(read, partners))

    async def _begin(self, row: Row, partners: Mapping[str, OrderingPartner]) -> _InFlight | Refused:
        document = row.document
        try:
            id_ = _id(document)
            work = await self._work(id_, document, partners)
        except Rejected as refusal:
            return Refused(row.number, refusal.code, refusal.facts)
        return _InFlight(row, id_, asyncio.create_task(work))

    async def _take_back(self, id_: str, document: CancellationDocument | ReturnDocument) -> Coroutine[Any, Any, Appended]:
        earlier = [one.task for one in self._waiting if isinstance(one, _InFlight) and one.id == id_]
        if earlier:
            await asyncio.wait(earlier)
        order = await self._log.state(ORDER, id_)
        targets = cancelling if isinstance(document, CancellationDocument) else returning
        return self._execute(document, *targets(id_, order, document.lines, document.reason, document.on))

    async def _work(self, id_: str, document: Document, partners: Mapping[str, OrderingPartner]) -> Coroutine[Any, Any, Appended]:
        match document:
            case CancellationDocument() | ReturnDocument():
                return await self._take_back(id_, document)
            case OrderDocument() as d:
                return self._order(id_, d, partners.get(d.partner_id))
            case ReceiptDocument() as d:
                receive = ReceiveStock(warehouse=d.warehouse, sku=d.sku, quantity=d.quantity, reference=d.reference, on=d.on)
                return receive_stock(self._log, receive, self._by, command_key(d))
            case ProductDocument() as d:
                product = DefineProduct(sku=d.sku, name=d.name, category=d.category, subcategory=d.subcategory, on=d.on or self._today)
                return define_product(self._log, product, self._by)
            case WarehouseDocument() as d:
                warehouse = DefineWarehouse(warehouse=d.warehouse, name=d.name, territory=d.territory, on=d.on or self._today)
                return define_warehouse(self._log, warehouse, self._by)

    async def _order(self, id_: str, document: OrderDocument, partner: OrderingPartner | None) -> Appended:
        place = PlaceOrder(
            source=document.source,
            external_id=document.external_id,
            partner_id=document.partner_id,
            partner=partner,
            sales_rep=document.sales_rep,
            currency=document.currency,
            warehouse=document.warehouse,
            on=document.on,
            today=self._today,
            lines=document.lines,
            imported=True,
        )
        try:
            return await self._execute(document, *importing(place, id_, document))
        except Rejected as refusal:
            if refusal.code != "order_already_placed":
                raise
        if not has_happened(await self._log.state(ORDER, id_), document):
            raise Rejected("order_exists", order_id=id_)
        return await self._execute(document)

    async def _execute(self, document: Document, *targets: On) -> Appended:
        return await self._log.execute(*targets, by=self._by, key=command_key(document))

    @staticmethod
    def _is_settled(one: _InFlight | Refused) -> bool:
        return isinstance(one, Refused) or one.task.done()

    async def _settle(self) -> list[Result]:
        """The outcome of the document that has waited longest: results come in the file's order."""
        one = self._waiting.popleft()
        outcome = self._refused(one) if isinstance(one, Refused) else await self._outcome(one)
        results: list[Result] = [] if outcome is None else [outcome]
        if self._tally.documents % PROGRESS_EVERY == 0:
            results.append(Progress(self._tally))
        return results

    async def _outcome(self, one: _InFlight) -> RowResult | None:
        try:
            appended = await one.task
        except Rejected as refusal:
            code = "import_conflict" if refusal.code == "idempotency_key_reused" else refusal.code
            return self._refused(Refused(one.row.number, code, refusal.facts, one.id))
        except (LogUnavailable, OutcomeUnknown) as failure:
            self._tally.stopped = failure.code
            return self._refused(Refused(one.row.number, failure.code, {}, one.id))
        if appended.replayed or not appended.events:
            self._tally.repeated += 1
            return RowResult(row=one.row.number, result="repeated", id=one.id)
        self._tally.accepted += 1
        if isinstance(one.row.document, OrderDocument):
            self._tally.lines += len(one.row.document.lines)
        return None

    def _refused(self, one: Refused) -> RowResult:
        self._tally.refused += 1
        self._tally.by_problem[one.code] += 1
        return RowResult(row=one.number, result="refused", id=one.id, problem=one.code, facts=one.facts)

    async def _finish(self) -> None:
        """When the reader of the results leaves, commands that the log already has still come to their end."""
        tasks = [one.task for one in self._waiting if isinstance(one, _InFlight)]
        await asyncio.gather(*tasks, return_exceptions=True)


def _id(document: Document) -> str:
    """What a result calls the document by."""
    match document:
        case OrderDocument() | CancellationDocument() | ReturnDocument():
            return order_id(document.source, document.external_id)
        case ReceiptDocument() | ProductDocument():
            return document.sku
        case WarehouseDocument():
            return document.warehouse
