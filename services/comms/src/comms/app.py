"""Comms, put together."""

from channel_events import Sender, discover
from channel_service import Service
from channel_service.partners import partner_routes

from comms import senders
from comms.api import deliveries, webhooks
from comms.application.notify import NOTIFY
from comms.domain.notice import NOTICE
from comms.domain.webhook import WEBHOOK
from comms.problems import PROBLEMS
from comms.senders.webhook import SECRETS
from comms.views.partner_copy import PARTNERS
from comms.views.webhooks import SUBSCRIBED, WEBHOOKS

SERVICE = Service(
    "comms",
    title="Comms",
    summary="Talking to partners.",
    deciders=[WEBHOOK, NOTICE],
    copies=[SUBSCRIBED],
    views=[PARTNERS, WEBHOOKS],
    reactions=NOTIFY,
    senders=list(discover(senders, Sender).values()),
    also_sees=PARTNERS.children_seen,
    routers=[partner_routes(PARTNERS), webhooks.router, deliveries.router],
    problems=PROBLEMS,
    grants=SECRETS.grants,
    migrations="comms.migrations",
)
