"""Funds: budgets, parts, requests, claims."""

from incentives.api import fund_lists, funds
from incentives.api.rows import funds as rows
from incentives.app.subdomain import SubDomain
from incentives.application.funds import EXPIRE_FUNDS
from incentives.application.said import funds as said
from incentives.domain.fund.budget import FUND
from incentives.domain.fund_part.decide import FUND_PART
from incentives.problems import funds as problems
from incentives.views.funds import FUNDS as FUNDS_VIEW

FUNDS = SubDomain(
    problems=problems.FUNDS,
    deciders=[FUND, FUND_PART],
    views=[FUNDS_VIEW],
    timers=[EXPIRE_FUNDS],
    routers=[funds.router, fund_lists.router],
    rows=rows.KINDS,
    sets=rows.SETS,
    says=said.SAYS,
)
