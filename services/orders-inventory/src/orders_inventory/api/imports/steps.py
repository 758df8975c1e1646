"""Importing what happens to orders that are here, each step a row: confirmed, shipped, delivered, cancelled, returned.

What is left of an order is worked out on its state, so such a row waits until the earlier rows of its order are written.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from channel_events import Decider, On
from channel_service.importing import Importable, ImportRow, Known, Name, Reference

from orders_inventory.api.imports.orders import order_called
from orders_inventory.application.history import order_stream
from orders_inventory.application.steps import cancelling, confirming, delivering, returning, shipping
from orders_inventory.domain.order import Order, Wanted


class _Step(ImportRow, frozen=True, kw_only=True):
    """Several of a kind on one order need a ``reference`` each."""

    source: str
    external_id: str
    on: date
    reference: Reference | None = None


class ConfirmationRow(_Step, frozen=True, kw_only=True, tag="confirmation"):
    """It may be shipped."""


class ShipmentRow(_Step, frozen=True, kw_only=True, tag="shipment"):
    """Units left the warehouse; without ``lines`` all that are left."""

    lines: tuple[Wanted, ...] | None = None


class DeliveryRow(_Step, frozen=True, kw_only=True, tag="delivery"):
    """A shipment by its number arrived, or all that are under way."""

    shipment: int | None = None


class CancellationRow(_Step, frozen=True, kw_only=True, tag="cancellation"):
    """Units that will not be shipped; without ``lines`` all that are left."""

    reason: Name
    lines: tuple[Wanted, ...] | None = None


class ReturnRow(_Step, frozen=True, kw_only=True, tag="return"):
    """Delivered units that came back; without ``lines`` all of them."""

    reason: Name
    lines: tuple[Wanted, ...] | None = None


def _confirmation(row: ConfirmationRow, _: Known) -> Iterable[On]:
    return confirming(order_called(row), row.on)


def _shipment(row: ShipmentRow, known: Known) -> Iterable[On]:
    return shipping(order_called(row), known.found, row.lines, row.on)


def _delivery(row: DeliveryRow, _: Known) -> Iterable[On]:
    return delivering(order_called(row), row.shipment, row.on)


def _cancellation(row: CancellationRow, known: Known) -> Iterable[On]:
    return cancelling(order_called(row), known.found, row.lines, row.reason, row.on)


def _return(row: ReturnRow, known: Known) -> Iterable[On]:
    return returning(order_called(row), known.found, row.lines, row.reason, row.on)


def _stream(row: _Step) -> tuple[Decider[Any, Order, Any], str]:
    return order_stream(row.source, row.external_id)


def _step(row: type[Any], commands: Callable[[Any, Known], Iterable[On]], *, needs_order: bool = False, **example: Any) -> Importable[Any]:
    return Importable(
        row,
        key=["source", "external_id", "reference"],
        id=order_called,
        commands=commands,
        state=_stream if needs_order else None,
        example=row(source="shop", external_id="1001", on=date(2026, 5, 4), **example),
    )


STEPS: list[Importable[Any]] = [
    _step(ConfirmationRow, _confirmation),
    _step(ShipmentRow, _shipment, needs_order=True),
    _step(DeliveryRow, _delivery),
    _step(CancellationRow, _cancellation, needs_order=True, reason="out of season"),
    _step(ReturnRow, _return, needs_order=True, reason="broken"),
]
