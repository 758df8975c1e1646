"""Settlement: periods, ledgers, statements, disputes, payouts."""

from channel_service import Work

from incentives.api import disputes, ledgers, payouts, settlement, statement_export, statements
from incentives.app.subdomain import SubDomain
from incentives.application.dispute_timer import DISPUTES_OVERDUE
from incentives.application.period_timers import CALCULATE_PERIODS, END_PERIODS
from incentives.application.settling import Settling
from incentives.domain.bank_reference import BANK_REFERENCE
from incentives.domain.dispute import DISPUTE
from incentives.domain.ledger.decide import LEDGER
from incentives.domain.payout import PAYOUT
from incentives.domain.settlement import SETTLEMENT as SETTLEMENT_DECIDER
from incentives.problems import settlement as problems
from incentives.views.disputes import DISPUTES
from incentives.views.ledgers import LEDGERS
from incentives.views.payouts import PAYOUTS
from incentives.views.settlement_periods import PERIODS
from incentives.views.statements import STATEMENTS

SETTLEMENT = SubDomain(
    problems=problems.SETTLEMENT,
    deciders=[SETTLEMENT_DECIDER, LEDGER, DISPUTE, PAYOUT, BANK_REFERENCE],
    views=[PERIODS, LEDGERS, STATEMENTS, DISPUTES, PAYOUTS],
    timers=[END_PERIODS, CALCULATE_PERIODS, DISPUTES_OVERDUE],
    works=[Work("settlement", Settling().look)],
    routers=[
        settlement.router,
        ledgers.router,
        statements.router,
        statement_export.router,
        disputes.router,
        payouts.router,
        payouts.paid,
    ],
)
