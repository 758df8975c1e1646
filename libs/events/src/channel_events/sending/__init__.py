"""Sending: what the log says shall happen outside is carried out, and each try is told to the log."""

from channel_events.sending.deliveries import (
    DeliveryBegun,
    DeliveryFailed,
    DeliveryGivenUp,
    DeliveryRedriven,
    DeliverySent,
    DeliveryTried,
)
from channel_events.sending.run import SenderRun
from channel_events.sending.standing import SenderStanding, sender_standing

__all__ = [
    "DeliveryBegun",
    "DeliveryFailed",
    "DeliveryGivenUp",
    "DeliveryRedriven",
    "DeliverySent",
    "DeliveryTried",
    "SenderRun",
    "SenderStanding",
    "sender_standing",
]
