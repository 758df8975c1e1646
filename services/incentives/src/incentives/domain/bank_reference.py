"""What banks call payments: each of their references is one payment, for ever."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from channel_events.pure import Decider, Known, Rejected, event, tell
from channel_terms import happened_on
from msgspec import Struct

from incentives.domain.payout import ConfirmPayment


@event("bank_reference_used")
class BankReferenceUsed(Struct, frozen=True, kw_only=True):
    """What the bank calls a payment is one payment, for ever."""

    bank_reference: str
    payout_id: str
    statement_id: str
    amount: Decimal
    occurred_on: date


def use(command: ConfirmPayment, used: BankReferenceUsed | None, known: Known) -> Iterator[BankReferenceUsed]:
    """The same again is the same payment; for another one the reference is taken."""
    if used is None:
        yield tell(BankReferenceUsed, command, occurred_on=happened_on(command.on, known))
    elif (command.payout_id, command.statement_id, command.amount) != (used.payout_id, used.statement_id, used.amount):
        raise Rejected("bank_reference_was_used", bank_reference=command.bank_reference, statement_id=used.statement_id)


BANK_REFERENCE: Decider[ConfirmPayment, BankReferenceUsed | None, BankReferenceUsed] = Decider(
    "bank_reference", initial=None, decide=use, evolve=lambda _, event: event, events=[BankReferenceUsed]
)
