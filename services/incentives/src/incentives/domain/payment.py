"""Payments received for an order (回款): what was paid, when, in parts or whole."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, TypeAlias

from channel_events.pure import Decider, Known, Rejected, agree, command, event, tell
from channel_terms import MINOR_DIGITS, Code, Currency, HappenedOn, Reference, as_part, happened_on
from msgspec import Meta, Struct
from msgspec.structs import replace

from incentives.domain.exact import split
from incentives.domain.facts import Line, Moment
from incentives.domain.words import ZERO, Least


@event("payment_received")
class PaymentReceived(Struct, frozen=True, kw_only=True):
    """``occurred_on`` is the day on which it was there."""

    order_id: str
    reference: str
    partner_id: str
    currency: str
    amount: Decimal
    occurred_on: date


@event("payment_taken_back")
class PaymentTakenBack(Struct, frozen=True, kw_only=True):
    """It came to nothing: bounced, or booked by mistake. It never counted."""

    order_id: str
    reference: str
    occurred_on: date


class _Payment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    order_id: Annotated[Code, Meta(examples=["shop:1001"])]
    reference: Annotated[Reference, Meta(description="Of the payment, at the bank.", examples=["2026-0815"])]
    on: HappenedOn = None


@command("receive_payment", stream="payment/{order_id}/{reference}")
class ReceivePayment(_Payment, frozen=True, kw_only=True):
    """Once for ever: the same again changes nothing, other facts under its reference are refused. The order need not be here yet; in
    another currency than the order's it is kept and does not count."""

    partner_id: Annotated[Code, Meta(description="Whose order it is.", examples=["p-1001"])]
    currency: Currency
    amount: Annotated[Least, Meta(description="More than 0.", examples=["500.00"])]


@command("take_back_payment", stream="payment/{order_id}/{reference}")
class TakeBackPayment(_Payment, frozen=True, kw_only=True):
    """It bounced, or was booked by mistake."""


PaymentCommand: TypeAlias = ReceivePayment | TakeBackPayment
PaymentEvent: TypeAlias = PaymentReceived | PaymentTakenBack


class Payment(Struct, frozen=True):
    received: PaymentReceived | None = None
    taken_back: bool = False


def payment_key(c: PaymentCommand) -> str:
    """A slash in a name is no slash between names."""
    return f"{as_part(c.order_id)}/{as_part(c.reference)}"


def decide(command: PaymentCommand, payment: Payment, known: Known) -> Iterator[PaymentEvent]:
    c, received = command, payment.received
    if isinstance(c, TakeBackPayment):
        if received is None:
            raise Rejected("payment_unknown", order_id=c.order_id, reference=c.reference)
        if not payment.taken_back:
            yield tell(PaymentTakenBack, c, occurred_on=happened_on(c.on, known))
    elif received is None:
        if not c.amount or (Fraction(c.amount) * 10 ** MINOR_DIGITS[c.currency]).denominator != 1:
            raise Rejected("payment_amount_invalid", amount=c.amount, currency=c.currency)
        yield tell(PaymentReceived, c, occurred_on=happened_on(c.on, known))
    elif payment.taken_back or not agree(c, received) or c.on not in (None, received.occurred_on):
        raise Rejected("payment_exists", order_id=c.order_id, reference=c.reference)


def evolve(payment: Payment, event: PaymentEvent) -> Payment:
    return replace(payment, taken_back=True) if isinstance(event, PaymentTakenBack) else Payment(event)


PAYMENT: Decider[PaymentCommand, Payment, PaymentEvent] = Decider(
    "payment", initial=Payment(), decide=decide, evolve=evolve, events=[PaymentReceived, PaymentTakenBack]
)


class Paid(Struct, frozen=True, kw_only=True):
    """A payment that counts; ``event_id`` told of it."""

    event_id: str
    order_id: str
    currency: str
    amount: Decimal
    paid_on: date


def paid_lines(ordered: Iterable[Line], payments: Iterable[Paid]) -> Iterator[Line]:
    """The facts of payments: each is split among the order's lines by what is ordered of them, to the smallest unit, and counts on the
    day on which it was there. Units are not paid: they are 0; the cost is the same part of the line's as the amount is. A payment of an
    order that is not here does not count until it is, one of an order that is all taken back not at all."""
    payments = list(payments)
    paid_for = {one.order_id for one in payments}
    orders: dict[str, dict[str, tuple[Line, Decimal]]] = {}
    costs: dict[tuple[str, str], Decimal] = {}
    for one in ordered:
        if one.order_id in paid_for and one.moment is Moment.ORDERED:
            lines = orders.setdefault(one.order_id, {})
            first, net = lines.get(one.line_id, (one, ZERO))
            lines[one.line_id] = (min(first, one, key=lambda line: (line.units < 0, line.fact_id)), net + one.net)
            costs[one.order_id, one.line_id] = costs.get((one.order_id, one.line_id), ZERO) + (one.cost or ZERO)
    for paid in payments:
        shares = {name: max(net, ZERO) for name, (line, net) in orders.get(paid.order_id, {}).items() if line.currency == paid.currency}
        if any(shares.values()):
            for name, amount in split(paid.amount, shares, paid.currency).items():
                line, net = orders[paid.order_id][name]
                yield _paid(line, paid, amount, (costs[paid.order_id, name] * amount / net).quantize(_PART) if net else ZERO)


_PART = Decimal("0.0000000001")


def _paid(line: Line, paid: Paid, amount: Decimal, cost: Decimal) -> Line:
    days = max((paid.paid_on - line.on).days, 0)
    about = {"fact_id": f"{paid.event_id}/{line.line_id}/paid", "event_id": paid.event_id, "moment": Moment.PAID, "on": paid.paid_on}
    return replace(line, **about, units=0, gross=amount, net=amount, cost=None if line.cost is None else cost, days=days)
