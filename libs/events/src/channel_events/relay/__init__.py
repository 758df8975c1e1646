"""From a service's log to its topic."""

from channel_events.broker import TopicRefused
from channel_events.relay.relay import Relay

__all__ = ["Relay", "TopicRefused"]
