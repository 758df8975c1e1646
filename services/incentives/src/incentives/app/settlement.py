"""Settlement: periods, ledgers, statements, disputes, payouts."""

from channel_service import Work

from incentives.api import credit_notes, disputes, ledgers, payouts, settlement, statement_export, statements
from incentives.api.measures import MEASURES
from incentives.app.subdomain import SubDomain
from incentives.application.dispute_timer import DISPUTES_OVERDUE
from incentives.application.period_timers import CALCULATE_PERIODS, END_PERIODS
from incentives.application.settling import Settling
from incentives.domain.bank_reference import BANK_REFERENCE
from incentives.domain.credit_note import CREDIT_NOTE
from incentives.domain.credit_note_number import CREDIT_NOTE_NUMBER
from incentives.domain.dispute import DISPUTE
from incentives.domain.ledger.decide import LEDGER
from incentives.domain.payout import PAYOUT
from incentives.domain.settlement import SETTLEMENT as SETTLEMENT_DECIDER
from incentives.problems import settlement as problems
from incentives.views.credit_notes import CREDIT_NOTES
from incentives.views.disputes import DISPUTES
from incentives.views.ledgers import LEDGERS
from incentives.views.payouts import PAYOUTS
from incentives.views.settlement_periods import PERIODS
from incentives.views.settlement_runs import RUNS
from incentives.views.statements import STATEMENTS

SETTLEMENT = SubDomain(
    problems=problems.SETTLEMENT,
    deciders=[SETTLEMENT_DECIDER, LEDGER, DISPUTE, PAYOUT, BANK_REFERENCE, CREDIT_NOTE_NUMBER, CREDIT_NOTE],
    views=[PERIODS, RUNS, LEDGERS, STATEMENTS, DISPUTES, PAYOUTS, CREDIT_NOTES],
    timers=[END_PERIODS, CALCULATE_PERIODS, DISPUTES_OVERDUE],
    works=[Work("settlement", Settling().look)],
    measures=MEASURES,
    routers=[
        settlement.router,
        ledgers.router,
        statements.router,
        statement_export.router,
        disputes.router,
        payouts.router,
        payouts.paid,
        credit_notes.router,
    ],
)
