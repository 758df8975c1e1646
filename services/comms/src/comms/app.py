"""Comms, put together."""

from channel_service import Service, children_seen

from comms.api import deliveries, partners, webhooks
from comms.application.notify import NOTIFY
from comms.application.webhooks import GRANTS
from comms.domain.notice import NOTICE
from comms.domain.webhook import WEBHOOK
from comms.problems import PROBLEMS
from comms.senders.webhook import WEBHOOK_SENDER
from comms.views.partner_copy import ACCESS, PARTNER_COPY, PLACE
from comms.views.webhooks import SUBSCRIBED, WEBHOOKS

SERVICE = Service(
    "comms",
    title="Comms",
    summary="Talking to partners.",
    deciders=[WEBHOOK, NOTICE],
    copies=[SUBSCRIBED],
    views=[PARTNER_COPY, WEBHOOKS],
    reactions=NOTIFY,
    senders=[WEBHOOK_SENDER],
    also_sees=children_seen(ACCESS, PLACE),
    routers=[partners.router, webhooks.router, deliveries.router],
    problems=PROBLEMS,
    grants=GRANTS,
    migrations="comms.migrations",
)
