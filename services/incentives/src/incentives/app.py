"""Incentives, put together."""

from channel_service import Service, Work
from channel_service.partners import partner_routes

from incentives.api import (
    assignments,
    disputes,
    earnings,
    estimates,
    fund_lists,
    funds,
    imports,
    ledgers,
    payouts,
    plan_yaml,
    plans,
    points,
    price_support,
    programme_imports,
    promotions,
    settlement,
    statement_export,
    statements,
    taking_in,
    what_ifs,
    why_not,
    worth,
)
from incentives.api import credits as credit_routes
from incentives.api.measures import MEASURES
from incentives.application.dispute_timer import DISPUTES_OVERDUE
from incentives.application.funds import EXPIRE_FUNDS
from incentives.application.period_timers import CALCULATE_PERIODS, END_PERIODS
from incentives.application.points import EXPIRE_POINTS
from incentives.application.promotions import REDEEM
from incentives.application.settling import Settling
from incentives.application.what_ifs import look as look_at_what_ifs
from incentives.domain.assignment import ASSIGNMENT
from incentives.domain.bank_reference import BANK_REFERENCE
from incentives.domain.cost import COST
from incentives.domain.coupon import COUPON
from incentives.domain.dispute import DISPUTE
from incentives.domain.exchange_rate import EXCHANGE_RATE
from incentives.domain.fund.budget import FUND
from incentives.domain.fund_part.decide import FUND_PART
from incentives.domain.ledger.decide import LEDGER
from incentives.domain.near_tier import NEAR_TIER
from incentives.domain.payment import PAYMENT
from incentives.domain.payout import PAYOUT
from incentives.domain.plan.decide import PLAN
from incentives.domain.points.decide import POINTS
from incentives.domain.points_programme import POINTS_PROGRAMME
from incentives.domain.price_protection import PRICE_PROTECTION
from incentives.domain.promotion.decide import PROMOTION
from incentives.domain.promotion_use import PROMOTION_USE
from incentives.domain.quota import QUOTA
from incentives.domain.redemption.decide import REDEMPTION
from incentives.domain.responsibility import RESPONSIBILITY
from incentives.domain.reward import REWARD
from incentives.domain.ruling import RULING
from incentives.domain.settlement import SETTLEMENT
from incentives.domain.split import SPLIT
from incentives.domain.stock_rotation import STOCK_ROTATION
from incentives.domain.superior import SUPERIOR
from incentives.domain.support_agreement import SUPPORT_AGREEMENT
from incentives.domain.support_claim.decide import SUPPORT_CLAIM
from incentives.domain.support_limit import SUPPORT_LIMIT
from incentives.domain.what_if import WHAT_IF
from incentives.problems import PROBLEMS
from incentives.views.assignments import ASSIGNMENTS
from incentives.views.costs import COSTS
from incentives.views.disputes import DISPUTES
from incentives.views.exchange_rates import EXCHANGE_RATES
from incentives.views.funds import FUNDS
from incentives.views.ledgers import LEDGERS
from incentives.views.movements import MOVEMENTS
from incentives.views.partner_copy import PARTNERS
from incentives.views.payments import PAYMENTS
from incentives.views.payouts import PAYOUTS
from incentives.views.plans import PLANS
from incentives.views.points import POINTS_VIEW
from incentives.views.price_support import KNOWN_PURCHASES, PRICE_SUPPORT
from incentives.views.promotions import FIRST_ORDERS, KNOWN_CATEGORIES, PROMOTIONS, RUNNING_PROMOTIONS
from incentives.views.quotas import QUOTAS
from incentives.views.responsibilities import RESPONSIBILITIES
from incentives.views.rulings import RULINGS
from incentives.views.settlement_periods import PERIODS
from incentives.views.settlement_runs import RUNS
from incentives.views.splits import SPLITS
from incentives.views.statements import STATEMENTS
from incentives.views.superiors import SUPERIORS
from incentives.views.what_ifs import WHAT_IFS

SERVICE = Service(
    "incentives",
    title="Incentives",
    summary="What partners earn.",
    deciders=[
        PLAN,
        QUOTA,
        RULING,
        PAYMENT,
        SETTLEMENT,
        LEDGER,
        DISPUTE,
        PAYOUT,
        BANK_REFERENCE,
        SPLIT,
        RESPONSIBILITY,
        SUPERIOR,
        EXCHANGE_RATE,
        COST,
        ASSIGNMENT,
        WHAT_IF,
        NEAR_TIER,
        FUND,
        FUND_PART,
        PROMOTION,
        PROMOTION_USE,
        REDEMPTION,
        COUPON,
        SUPPORT_AGREEMENT,
        PRICE_PROTECTION,
        STOCK_ROTATION,
        SUPPORT_CLAIM,
        SUPPORT_LIMIT,
        POINTS,
        POINTS_PROGRAMME,
        REWARD,
    ],
    views=[
        PARTNERS,
        PLANS,
        MOVEMENTS,
        QUOTAS,
        RULINGS,
        PAYMENTS,
        PERIODS,
        RUNS,
        LEDGERS,
        STATEMENTS,
        DISPUTES,
        PAYOUTS,
        SPLITS,
        RESPONSIBILITIES,
        SUPERIORS,
        EXCHANGE_RATES,
        COSTS,
        ASSIGNMENTS,
        WHAT_IFS,
        FUNDS,
        PROMOTIONS,
        PRICE_SUPPORT,
        POINTS_VIEW,
    ],
    copies=[RUNNING_PROMOTIONS, KNOWN_CATEGORIES, FIRST_ORDERS, KNOWN_PURCHASES],
    reactions=[REDEEM],
    timers=[END_PERIODS, CALCULATE_PERIODS, DISPUTES_OVERDUE, EXPIRE_FUNDS, EXPIRE_POINTS],
    works=[Work("settlement", Settling().look), Work("what_ifs", look_at_what_ifs)],
    measures=MEASURES,
    also_sees=PARTNERS.children_seen,
    routers=[
        partner_routes(PARTNERS),
        plans.router,
        plan_yaml.router,
        earnings.router,
        taking_in.router,
        credit_routes.router,
        credit_routes.staff,
        worth.router,
        worth.staff,
        imports.router,
        imports.documents,
        assignments.router,
        what_ifs.router,
        estimates.router,
        settlement.router,
        ledgers.router,
        statements.router,
        statement_export.router,
        why_not.router,
        disputes.router,
        payouts.router,
        payouts.paid,
        funds.router,
        fund_lists.router,
        promotions.router,
        promotions.redeemed,
        price_support.router,
        points.router,
        programme_imports.router,
    ],
    problems=PROBLEMS,
)
