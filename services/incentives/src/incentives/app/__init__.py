"""Incentives, put together of its sub-domains, each of which says in a file of its own what it brings."""

from channel_service import ProblemCatalogue, Role, Service
from channel_service.exporting import document_routes
from channel_service.files import GRANTS
from channel_service.importing import ImportSet, import_routes
from channel_service.partners import partner_routes

from incentives.app.credits import CREDITS
from incentives.app.earnings import EARNINGS
from incentives.app.facts import FACTS
from incentives.app.funds import FUNDS
from incentives.app.plans import PLANS
from incentives.app.points import POINTS
from incentives.app.price_support import PRICE_SUPPORT
from incentives.app.promotions import PROMOTIONS
from incentives.app.settlement import SETTLEMENT
from incentives.application.said import said_by
from incentives.problems import COMMON
from incentives.views.partner_copy import PARTNERS

_PROGRAMMES = (FUNDS, PROMOTIONS, PRICE_SUPPORT, POINTS)
_ALL = (PLANS, FACTS, CREDITS, EARNINGS, SETTLEMENT, *_PROGRAMMES)

_WHOLE = ImportSet(
    "incentives",
    *(row for one in _ALL for row in one.rows),
    summary="Import what is told: quotas, rulings, payments, who is credited, what things are worth; and programmes",
)
_OF_PROGRAMMES = ImportSet(
    "programmes",
    *(row for one in _PROGRAMMES for row in one.rows),
    summary="Import funds with requests and claims, promotions, price support, points",
)
_SETS = (_WHOLE, _OF_PROGRAMMES, *(each for one in _ALL for each in one.sets))
_SAID = said_by({event: how for one in _ALL for event, how in one.says.items()})

SERVICE = Service(
    "incentives",
    title="Incentives",
    summary="What partners earn.",
    deciders=[each for one in _ALL for each in one.deciders],
    views=[PARTNERS, *(each for one in _ALL for each in one.views)],
    copies=[each for one in _ALL for each in one.copies],
    reactions=[each for one in _ALL for each in one.reactions],
    timers=[each for one in _ALL for each in one.timers],
    works=[each for one in _ALL for each in one.works],
    measures=[each for one in _ALL for each in one.measures],
    also_sees=PARTNERS.children_seen,
    migrations="incentives.migrations",
    grants=GRANTS,
    routers=[
        partner_routes(PARTNERS),
        import_routes(*_SETS, roles=[Role.FINANCE]),
        document_routes(_SAID, into=_WHOLE),
        *(each for one in _ALL for each in one.routers),
    ],
    problems=ProblemCatalogue([*COMMON, *(each for one in _ALL for each in one.problems)]),
)
