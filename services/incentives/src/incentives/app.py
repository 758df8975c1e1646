"""Incentives, put together."""

from channel_service import Service, Work
from channel_service.partners import partner_routes

from incentives.api import disputes, earnings, ledgers, payouts, plan_yaml, plans, settlement, statement_export, statements, taking_in
from incentives.application.dispute_timer import DISPUTES_OVERDUE
from incentives.application.period_timers import CALCULATE_PERIODS, END_PERIODS
from incentives.application.settling import Settling
from incentives.domain.dispute import DISPUTE
from incentives.domain.ledger.decide import LEDGER
from incentives.domain.payment import PAYMENT
from incentives.domain.payout import BANK_REFERENCE, PAYOUT
from incentives.domain.plan.decide import PLAN
from incentives.domain.quota import QUOTA
from incentives.domain.ruling import RULING
from incentives.domain.settlement import SETTLEMENT
from incentives.problems import PROBLEMS
from incentives.views.disputes import DISPUTES
from incentives.views.ledgers import LEDGERS
from incentives.views.movements import MOVEMENTS
from incentives.views.partner_copy import PARTNERS
from incentives.views.payments import PAYMENTS
from incentives.views.payouts import PAYOUTS
from incentives.views.plans import PLANS
from incentives.views.quotas import QUOTAS
from incentives.views.rulings import RULINGS
from incentives.views.settlement import PERIODS
from incentives.views.statements import STATEMENTS

SERVICE = Service(
    "incentives",
    title="Incentives",
    summary="What partners earn.",
    deciders=[PLAN, QUOTA, RULING, PAYMENT, SETTLEMENT, LEDGER, DISPUTE, PAYOUT, BANK_REFERENCE],
    views=[PARTNERS, PLANS, MOVEMENTS, QUOTAS, RULINGS, PAYMENTS, PERIODS, LEDGERS, STATEMENTS, DISPUTES, PAYOUTS],
    timers=[END_PERIODS, CALCULATE_PERIODS, DISPUTES_OVERDUE],
    works=[Work("settlement", Settling().look)],
    also_sees=PARTNERS.children_seen,
    routers=[
        partner_routes(PARTNERS),
        plans.router,
        plan_yaml.router,
        earnings.router,
        taking_in.router,
        settlement.router,
        ledgers.router,
        statements.router,
        statement_export.router,
        disputes.router,
        payouts.router,
        payouts.paid,
    ],
    problems=PROBLEMS,
)
