"""Points and rewards."""

from incentives.api import points
from incentives.api.rows import points as rows
from incentives.app.subdomain import SubDomain
from incentives.application.points import EXPIRE_POINTS
from incentives.application.said import points as said
from incentives.domain.points.decide import POINTS as POINTS_DECIDER
from incentives.domain.points_programme import POINTS_PROGRAMME
from incentives.domain.reward import REWARD
from incentives.problems import points as problems
from incentives.views.points import POINTS_VIEW

POINTS = SubDomain(
    problems=problems.POINTS,
    deciders=[POINTS_DECIDER, POINTS_PROGRAMME, REWARD],
    views=[POINTS_VIEW],
    timers=[EXPIRE_POINTS],
    routers=[points.router],
    rows=rows.KINDS,
    says=said.SAYS,
)
