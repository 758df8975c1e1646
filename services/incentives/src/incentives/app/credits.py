"""Credits: whose a line is."""

from incentives.api import credits as routes
from incentives.api.rows import credits as rows
from incentives.app.subdomain import SubDomain
from incentives.application.said import credits as said
from incentives.domain.responsibility import RESPONSIBILITY
from incentives.domain.split import SPLIT
from incentives.domain.superior import SUPERIOR
from incentives.problems import credits as problems
from incentives.views.responsibilities import RESPONSIBILITIES
from incentives.views.splits import SPLITS
from incentives.views.superiors import SUPERIORS

CREDITS = SubDomain(
    problems=problems.CREDITS,
    deciders=[SPLIT, RESPONSIBILITY, SUPERIOR],
    views=[SPLITS, RESPONSIBILITIES, SUPERIORS],
    routers=[routes.router, routes.staff],
    rows=rows.KINDS,
    sets=rows.SETS,
    says=said.SAYS,
)
