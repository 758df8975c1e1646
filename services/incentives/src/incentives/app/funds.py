"""Funds: budgets, parts, requests, claims."""

from channel_service.files import FILE_PROBLEMS, KEPT_FILES, KEPT_FILES_VIEW, MEASURES, TENDING, file_routes

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
    problems=[*problems.FUNDS, *FILE_PROBLEMS],
    deciders=[FUND, FUND_PART, KEPT_FILES],
    views=[FUNDS_VIEW, KEPT_FILES_VIEW],
    timers=[EXPIRE_FUNDS],
    works=[TENDING],
    measures=MEASURES,
    routers=[funds.router, fund_lists.router, file_routes(puts=funds.ASK)],
    rows=rows.KINDS,
    sets=rows.SETS,
    says=said.SAYS,
)
