"""What a platform gave back in money alone: a correction of its own, which ends when all of the order is taken back."""

from datetime import date
from typing import Any

from channel_events import Ask, On, Steps

from orders_inventory.application.crediting import correcting
from orders_inventory.application.push_orders import At
from orders_inventory.connectors.meaning import Refund
from orders_inventory.domain.credit import CREDIT, AmountCorrected, BringCorrection, Note
from orders_inventory.domain.order import AsKnown, OrderPlaced
from orders_inventory.domain.pushed import PUSHED, TakeVersion, pushed_key


def correct_money(at: At, refund: Refund, on: date, push_id: str) -> Steps:
    """Takes the correction under the refund's number, and remembers that the order has it."""
    if refund.money is None:
        return
    placed, line = at.placed, at.order.lines.get(refund.money.line_id or "")
    yield from correcting(
        BringCorrection(
            external_id=refund.number,
            reason=refund.reason,
            on=on,
            note=Note.CREDIT,
            amount=refund.money.amount,
            sku=None if line is None else line.placed.sku,
            **_as(placed),
        )
    )
    known: str = (yield Ask(PUSHED, _corrected(at))).state
    yield On(PUSHED, TakeVersion(placed.source, _entity(at), f"{known} {refund.number}".strip(), push_id))


def give_up_corrections(at: At, push_id: str, today: date) -> Steps:
    """Of an order of which nothing is left: what came back counts with its whole price, so money given back before would count twice
    (test_money_that_was_given_back_does_not_count_twice_when_the_goods_follow). Returns whether there was any."""
    known: str = (yield Ask(PUSHED, _corrected(at))).state
    numbers = [number for number in known.split() if number != _GIVEN_UP]
    if not numbers or known.endswith(_GIVEN_UP):
        return False
    for number in numbers:
        money: AmountCorrected = (yield Ask(CREDIT, f"{at.placed.source}:{number}")).state.money
        yield from correcting(
            BringCorrection(
                external_id=f"{number}-given-up",
                reason="all of the order was taken back",
                on=max(today, money.occurred_on),
                note=Note.DEBIT,
                amount=money.amount,
                sku=money.sku,
                **_as(at.placed),
            )
        )
    yield On(PUSHED, TakeVersion(at.placed.source, _entity(at), f"{known} {_GIVEN_UP}", push_id))
    return True


_GIVEN_UP = "~"
"""Behind the numbers of corrections that count no more: an order that is over stays it."""


def _entity(at: At) -> str:
    """The corrections of an order are a thing of their own, whose version is the list of their numbers: it only grows."""
    return f"corrections:{at.placed.external_id}"


def _corrected(at: At) -> str:
    return pushed_key(at.placed.source, _entity(at))


def _as(placed: OrderPlaced) -> dict[str, Any]:
    return {
        "source": placed.source,
        "partner_id": placed.partner_id,
        "currency": placed.currency,
        "sale": placed.external_id,
        "sales_rep": placed.sales_rep,
        "known_as": AsKnown(placed.channel_type, placed.segment, placed.territory),
    }
