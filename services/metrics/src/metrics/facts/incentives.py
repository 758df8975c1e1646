"""What incentives cost, and how far that is: earned and on no statement yet, owed by statements, paid. By payee, plan, rule and period.

Each is the sum of postings, so what it costs is always what is accrued, payable and paid together. A payout that is under way is still
payable: that it was ordered is told to nobody else.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from metrics.contracts.incentives import (
    AdjustmentPosted,
    AmountWrittenOff,
    EarningAccrued,
    EarningReversed,
    LedgerEvent,
    PayoutConfirmed,
    Posting,
    StatementIssued,
)
from metrics.domain.dimensions import OF_CURRENCY, OF_PARTNER
from metrics.domain.facts import CURRENCY, Amount, Dimension, Facts, Unit
from metrics.domain.kpi import kinds_of

_COST = {"expense", "clawed_back", "adjusted", "written_off"}
_PAYABLE = {"payable", "in_payment"}


def fold(event: LedgerEvent) -> Iterator[dict[str, Any]]:
    for currency in dict.fromkeys(one.currency for one in event.postings):
        postings = [one for one in event.postings if one.currency == currency]
        yield {
            CURRENCY: currency,
            "cost": _on(_COST, postings),
            "accrued": -_on({"accrued"}, postings),
            "payable": -_on(_PAYABLE, postings),
            "paid": -_on({"paid"}, postings),
        }


def _on(accounts: set[str], postings: Sequence[Posting]) -> Decimal:
    return sum((one.amount for one in postings if one.account in accounts), Decimal(0))


INCENTIVES = Facts(
    "incentives",
    of="incentives",
    kinds={
        EarningAccrued: "earned",
        EarningReversed: "clawed_back",
        AdjustmentPosted: "adjusted",
        StatementIssued: "stated",
        PayoutConfirmed: "paid_out",
        AmountWrittenOff: "written_off",
    },
    ids=[
        Dimension("entry_id", "What is earned by one rule in one window.", "dealer-2026~1~volume~~p-1001~2026-01-01", optional=True),
        Dimension("statement", "Statement.", "partner~p-1001~2026-01", optional=True),
    ],
    dimensions=[
        OF_PARTNER,
        Dimension("payee", "Kinds of payees: partner or sales_rep.", "partner"),
        Dimension("payee_id", "Payees; a partner and a sales rep may have one id.", "p-1001", many=True),
        Dimension("plan", "Plans.", "dealer-2026", optional=True),
        Dimension("rule", "Rules of plans.", "volume", optional=True),
        Dimension("settled_in", "Periods in whose accounts it is.", "2026-01", field="period"),
        OF_CURRENCY,
    ],
    amounts=[
        Amount("cost", "What it costs the brand.", Unit.MONEY),
        Amount("accrued", "Earned and on no statement yet.", Unit.MONEY),
        Amount("payable", "On a statement, and neither paid nor written off.", Unit.MONEY),
        Amount("paid", "What has left the bank.", Unit.MONEY),
    ],
    fold=fold,
    version=2,
    apart=[CURRENCY],
)
EARNED, CLAWED_BACK, ADJUSTED, STATED, PAID_OUT, WRITTEN_OFF = kinds_of(INCENTIVES)
