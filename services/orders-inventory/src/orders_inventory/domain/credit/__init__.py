"""A credit note: a document by its own number that says what came back, or what is to be paid less, though its sale is not here.

One number may do both; each once for ever: the same facts again change nothing, other facts are refused.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from channel_events.pure import Decider, Known, Rejected, tell
from channel_terms import CURRENCIES, happened_on
from msgspec import Struct
from msgspec.structs import replace

from orders_inventory.domain.amounts import checked_amount
from orders_inventory.domain.codes import checked_sku, checked_warehouse, credit_id, require_source_of
from orders_inventory.domain.credit.commands import BringCorrection, BringGoods, CorrectAmount, CreditCommand, Note, ReturnGoods
from orders_inventory.domain.credit.events import EVENTS, AmountCorrected, CreditEvent, GoodsReturned
from orders_inventory.domain.order.commands import PARTNER, AsKnown
from orders_inventory.domain.order.placing import checked_lines

__all__ = [
    "CREDIT",
    "AmountCorrected",
    "BringCorrection",
    "BringGoods",
    "CorrectAmount",
    "Credit",
    "CreditEvent",
    "GoodsReturned",
    "Note",
    "ReturnGoods",
]


class Credit(Struct, frozen=True, gc=False):
    """What was taken under the number: each is ``None`` before."""

    goods: GoodsReturned | None = None
    money: AmountCorrected | None = None


def decide(command: CreditCommand, credit: Credit, known: Known) -> Iterator[CreditEvent]:
    _check(command)
    before = credit.goods if isinstance(command, ReturnGoods) else credit.money
    if before is None:
        on = happened_on(command.on, known)
        yield _event(command, **_partner(command, known, on), occurred_on=on)
    elif _event(command, **_as_known(before), occurred_on=command.on or before.occurred_on) != before:
        raise Rejected("credit_exists", credit_id=before.credit_id)


def _check(command: CreditCommand) -> None:
    require_source_of(command.source, command.partner_id)
    if isinstance(command, ReturnGoods):
        if command.warehouse is not None:
            checked_warehouse(command.warehouse)
        return
    if command.currency not in CURRENCIES:
        raise Rejected("currency_invalid", currency=command.currency)
    checked_amount(command.amount)
    if command.sku is not None:
        checked_sku(command.sku)


def _event(command: CreditCommand, **others: Any) -> CreditEvent:
    number = command.external_id or ""
    named = {"credit_id": credit_id(command.source, number), "external_id": number}
    if isinstance(command, ReturnGoods):
        return tell(GoodsReturned, command, **named, lines=checked_lines(command.currency, command.lines), **others)
    return tell(AmountCorrected, command, **named, **others)


def _partner(command: CreditCommand, known: Known, on: date) -> dict[str, Any]:
    """The partner as it is known here, or was elsewhere. One that is suspended, or not yet active, gives goods back all the same."""
    partner = known.of(PARTNER, command.partner_id)
    if partner is None:
        raise Rejected("partner_unknown", partner_id=command.partner_id)
    there = (command.known_as if isinstance(command, BringGoods | BringCorrection) else None) or AsKnown()
    return {
        "channel_type": there.channel_type or partner.channel_type,
        "segment": partner.segment if there.territory is None else there.segment,
        "territory": there.territory or partner.territory_on(on),
    }


def _as_known(before: CreditEvent) -> dict[str, Any]:
    return {"channel_type": before.channel_type, "segment": before.segment, "territory": before.territory}


def evolve(credit: Credit, event: CreditEvent) -> Credit:
    return replace(credit, goods=event) if isinstance(event, GoodsReturned) else replace(credit, money=event)


CREDIT: Decider[CreditCommand, Credit, CreditEvent] = Decider(
    "credit", initial=Credit(), decide=decide, evolve=evolve, events=EVENTS, needs=[PARTNER]
)
