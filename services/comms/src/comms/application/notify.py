"""Reactions: a public event of any service becomes a notice to each webhook that wants it."""

import msgspec
from channel_events import Ask, On, Reaction, Recorded, Steps, Topic, derived_id

from comms.domain.notice import ALL, NOTICE, SUBSCRIBERS, WantNotice

FOLLOWED = ("incentives", "metrics", "orders-inventory", "partner-registry")
_OF_THE_LOG = "log_restored"
"""Says nothing of the business."""


def notices(event: Recorded) -> Steps:
    if event.type == _OF_THE_LOG:
        return
    subscribers = yield Ask(SUBSCRIBERS, ALL)
    asking = [one for one in subscribers or () if one.asks_for(event)]
    data = msgspec.json.decode(event.data) if asking else {}
    for one in asking:
        if one.may_have(data):
            wanted = WantNotice(
                webhook_id=one.webhook_id,
                partner_id=one.partner_id,
                event_type=f"{event.source.replace('-', '_')}.{event.type}",
                event_id=event.id,
                recorded_at=event.recorded_at,
                data=data,
            )
            yield On(NOTICE, derived_id(event, one.webhook_id), wanted)


NOTIFY = [Reaction(f"notify_{service.replace('-', '_')}", of=Topic(service), commands=notices) for service in FOLLOWED]
