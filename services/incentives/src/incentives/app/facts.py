"""Facts: what happened to orders, and what no service tells of yet."""

from incentives.api import taking_in, worth
from incentives.api.rows import facts as rows
from incentives.app.subdomain import SubDomain
from incentives.application.said import facts as said
from incentives.domain.cost import COST
from incentives.domain.exchange_rate import EXCHANGE_RATE
from incentives.domain.payment import PAYMENT
from incentives.domain.quota import QUOTA
from incentives.domain.ruling import RULING
from incentives.problems import facts as problems
from incentives.views.costs import COSTS
from incentives.views.exchange_rates import EXCHANGE_RATES
from incentives.views.movements import MOVEMENTS
from incentives.views.payments import PAYMENTS
from incentives.views.quotas import QUOTAS
from incentives.views.rulings import RULINGS

FACTS = SubDomain(
    problems=problems.FACTS,
    deciders=[QUOTA, RULING, PAYMENT, EXCHANGE_RATE, COST],
    views=[MOVEMENTS, QUOTAS, RULINGS, PAYMENTS, EXCHANGE_RATES, COSTS],
    routers=[taking_in.router, worth.router, worth.staff],
    rows=rows.KINDS,
    sets=rows.SETS,
    says=said.SAYS,
)
