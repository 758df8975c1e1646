"""Earnings: what a payee earns and why, why not, and what it would."""

from incentives.api import earnings, estimates, why_not
from incentives.app.subdomain import SubDomain
from incentives.domain.near_tier import NEAR_TIER
from incentives.problems import earnings as problems

EARNINGS = SubDomain(
    problems=problems.EARNINGS,
    deciders=[NEAR_TIER],
    routers=[earnings.router, estimates.router, why_not.router],
)
