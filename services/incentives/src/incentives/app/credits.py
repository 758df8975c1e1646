"""Credits: whose a line is, and who has a share of what is paid for it."""

from incentives.api import credits as routes
from incentives.api import payout_shares
from incentives.api.rows import credits as rows
from incentives.app.subdomain import SubDomain
from incentives.application.said import credits as said
from incentives.domain.payout_share import PAYOUT_SHARE
from incentives.domain.responsibility import RESPONSIBILITY
from incentives.domain.split import SPLIT
from incentives.domain.superior import SUPERIOR
from incentives.problems import credits as problems
from incentives.views.payout_shares import PAYOUT_SHARES
from incentives.views.responsibilities import RESPONSIBILITIES
from incentives.views.splits import SPLITS
from incentives.views.superiors import SUPERIORS

CREDITS = SubDomain(
    problems=problems.CREDITS,
    deciders=[SPLIT, RESPONSIBILITY, SUPERIOR, PAYOUT_SHARE],
    views=[SPLITS, RESPONSIBILITIES, SUPERIORS, PAYOUT_SHARES],
    routers=[routes.router, routes.staff, payout_shares.router],
    rows=rows.KINDS,
    sets=rows.SETS,
    says=said.SAYS,
)
