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
from orders_inventory.domain.codes import checked_sku, checked_warehouse, credit_id
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
    before = credit.goods if isinstance(command, ReturnGoods) else credit.money
    if before is None:
        on = happened_on(command.on, known)
        yield _told(command, **_partner(command, known, on), occurred_on=on)
        return
    as_known = {"channel_type": before.channel_type, "segment": before.segment, "territory": before.territory}
    if _told(command, **as_known, occurred_on=command.on or before.occurred_on) != before:
        raise Rejected("credit_exists", credit_id=before.credit_id)


def _told(command: CreditCommand, **known: Any) -> CreditEvent:
    """What the note says, checked, of a partner known like this."""
    c = command
    known |= {"credit_id": credit_id(c.source, c.external_id or ""), "external_id": c.external_id or ""}
    if isinstance(c, ReturnGoods):
        if c.warehouse is not None:
            checked_warehouse(c.warehouse)
        return tell(GoodsReturned, c, lines=checked_lines(c.currency, c.lines), **known)
    if c.currency not in CURRENCIES:
        raise Rejected("currency_invalid", currency=c.currency)
    if c.sku is not None:
        checked_sku(c.sku)
    return tell(AmountCorrected, c, amount=checked_amount(c.amount), **known)


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


def evolve(credit: Credit, event: CreditEvent) -> Credit:
    return replace(credit, goods=event) if isinstance(event, GoodsReturned) else replace(credit, money=event)


CREDIT: Decider[CreditCommand, Credit, CreditEvent] = Decider(
    "credit", initial=Credit(), decide=decide, evolve=evolve, events=EVENTS, needs=[PARTNER]
)
