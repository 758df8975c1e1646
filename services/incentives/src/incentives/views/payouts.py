"""Payouts, and what became of each of their payments."""

from collections.abc import Iterator

from channel_events import DATE, INTEGER, NUMERIC, SEARCH, TEXT, Add, OwnLog, Put, Set, Table, View, search_index, searchable
from channel_events.pure import Change, Recorded

from incentives.domain.ledger.events import PaymentOrdered, PayoutConfirmed, PayoutFailed
from incentives.domain.payout import PAYOUT, PayoutApproved, PayoutProposed, PayoutWithdrawn

TABLE = Table(
    "payout",
    key=("payout_id",),
    columns={
        **dict.fromkeys(("payout_id", "currency", "stage", "proposed_by", "approved_by"), TEXT),
        **dict.fromkeys(("proposed_on", "approved_on"), DATE),
        "payments": INTEGER,
        **dict.fromkeys(("amount", "confirmed", "failed"), NUMERIC),
        **SEARCH,
    },
    sums=["confirmed", "failed"],
)
PAYMENT = Table(
    "payout_payment",
    key=("payout_id", "statement_id"),
    columns={
        **dict.fromkeys(("payout_id", "statement_id", "partner_id", "currency", "bank_reference", "failure"), TEXT),
        **dict.fromkeys(("amount", "confirmed", "failed"), NUMERIC),
        "changed_on": DATE,
    },
    sums=["confirmed", "failed"],
    scope="partner_id",
    indexes=[("statement_id",), ("partner_id",)],
)
"""``bank_reference`` is the last one."""


def changes(event: Recorded) -> Iterator[Change]:
    match event.data:
        case PayoutProposed() as e:
            about = {"currency": e.currency, "stage": "proposed", "proposed_by": e.by, **searchable(e.payout_id)}
            total = sum(one.amount for one in e.payments)
            yield Put((e.payout_id,), proposed_on=e.occurred_on, payments=len(e.payments), amount=total, **about)
        case PayoutApproved() as e:
            yield Set((e.payout_id,), stage="approved", approved_by=e.by, approved_on=e.occurred_on)
        case PayoutWithdrawn() as e:
            yield Set((e.payout_id,), stage="withdrawn")
        case PaymentOrdered() as e:
            of = {"partner_id": e.partner_id, "currency": e.currency}
            yield Put((e.payout_id, e.statement_id), "payout_payment", amount=e.amount, changed_on=e.occurred_on, **of)
        case PayoutConfirmed() as e:
            yield Add((e.payout_id,), confirmed=e.amount)
            yield Add((e.payout_id, e.statement_id), "payout_payment", confirmed=e.amount)
            said = {"bank_reference": e.bank_reference}
            yield Set((e.payout_id, e.statement_id), "payout_payment", changed_on=e.occurred_on, **said)
        case PayoutFailed() as e:
            yield Add((e.payout_id,), failed=e.amount)
            yield Add((e.payout_id, e.statement_id), "payout_payment", failed=e.amount)
            yield Set((e.payout_id, e.statement_id), "payout_payment", changed_on=e.occurred_on, failure=e.reason)


_TOLD = [*PAYOUT.events, PaymentOrdered, PayoutConfirmed, PayoutFailed]
PAYOUTS = View("payouts", version=1, of=OwnLog(events=_TOLD), tables=[TABLE, PAYMENT], changes=changes)
search_index(TABLE)
