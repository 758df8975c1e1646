"""Events of incentives that move money in a payee's ledger, with what of them is counted."""

from datetime import date
from decimal import Decimal

from channel_events.pure import event
from msgspec import Struct


class Posting(Struct, frozen=True, gc=False):
    """More than zero is a cost or a claim, less is what is owed or was given away for it; those of an event sum up to zero."""

    account: str
    currency: str
    amount: Decimal


class LedgerEvent(Struct, frozen=True, kw_only=True):
    """Of every event; ``payee`` is whether a partner or a sales rep is paid, and only a partner has a ``partner_id``."""

    payee: str
    payee_id: str
    period: str
    occurred_on: date
    partner_id: str | None = None
    postings: tuple[Posting, ...] = ()

    @property
    def placed_on(self) -> date:
        return self.occurred_on

    @property
    def entry_id(self) -> str | None:
        return None

    @property
    def plan(self) -> str | None:
        return None

    @property
    def rule(self) -> str | None:
        return None

    @property
    def statement(self) -> str | None:
        return None


class Entry(Struct, frozen=True, kw_only=True):
    """What is earned by one rule of a plan in one window."""

    entry_id: str
    plan_id: str
    rule_id: str


class EarningEvent(LedgerEvent, frozen=True, kw_only=True):
    entry: Entry

    @property
    def entry_id(self) -> str:
        return self.entry.entry_id

    @property
    def plan(self) -> str:
        return self.entry.plan_id

    @property
    def rule(self) -> str:
        return self.entry.rule_id


class StatementEvent(LedgerEvent, frozen=True, kw_only=True):
    statement_id: str

    @property
    def statement(self) -> str:
        return self.statement_id


@event("earning_accrued", public=True)
class EarningAccrued(EarningEvent, frozen=True, kw_only=True):
    pass


@event("earning_reversed", public=True)
class EarningReversed(EarningEvent, frozen=True, kw_only=True):
    pass


@event("adjustment_posted", public=True)
class AdjustmentPosted(LedgerEvent, frozen=True, kw_only=True):
    pass


@event("statement_issued", public=True)
class StatementIssued(StatementEvent, frozen=True, kw_only=True):
    pass


@event("payout_confirmed", public=True)
class PayoutConfirmed(StatementEvent, frozen=True, kw_only=True):
    pass


@event("amount_written_off", public=True)
class AmountWrittenOff(StatementEvent, frozen=True, kw_only=True):
    pass
