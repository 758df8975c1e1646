"""What relay and subscriptions tell Prometheus.

Label ``subscription`` is ``<view>_v<version>:<source>``, of a reaction ``<name>:<source>``."""

from prometheus_client import REGISTRY, Counter, Gauge

from channel_events.freshness import FreshnessHistogram

RELAY_POSITION = Gauge("qudao_relay_position", "Position up to which the broker has confirmed all public events.", ["service"])
RELAY_OLDEST = Gauge(
    "qudao_relay_oldest_unsent_timestamp_seconds", "When the oldest event not yet confirmed was recorded; 0 when none waits.", ["service"]
)
RELAY_RECORDS = Counter("qudao_relay_records_total", "Records confirmed by the broker: sent, resent, refilled.", ["service", "outcome"])
RELAY_ERRORS = Counter("qudao_relay_errors_total", "Times the relay had to begin again.", ["service"])
RELAY_AHEAD = Gauge("qudao_relay_topic_ahead", "Partitions of the topic that hold what the log does not have.", ["service"])

ROUND = Gauge(
    "qudao_round_timestamp_seconds",
    "When the relay, a subscription, a timer or a sender last got round and was well; at first when it began.",
    ["part"],
)
HEARTBEAT = Gauge(
    "qudao_heartbeat_timestamp_seconds",
    "When something last came through, or nothing was left to: of the log (a write), the relay, a subscription; at first the start.",
    ["stage"],
)
ERRORS = Counter("qudao_part_errors_total", "Times a subscription, a timer or a sender had to begin again.", ["part"])

POSITION = Gauge("qudao_subscription_position", "Greatest position applied.", ["subscription"])
SOURCE_POSITION = Gauge("qudao_subscription_source_position", "Greatest position seen in the source.", ["subscription"])
LAST_EVENT = Gauge("qudao_subscription_last_event_timestamp_seconds", "When the last event applied was recorded.", ["subscription"])
EVENTS = Counter("qudao_subscription_events_total", "Events: applied, skipped, ignored, parked, retried.", ["subscription", "outcome"])
UNSIGNED = Counter("qudao_unsigned_records_total", "Records read and left out because they are not signed with the topic's key.", ["topic"])
STOPPED = Gauge("qudao_subscription_stopped_partitions", "Partitions that apply nothing: forked, incomplete.", ["subscription", "state"])

PARKED = Gauge("qudao_parked_events", "Events that wait in parked streams; counted up to 10000.", ["subscription"])
PARKED_OLDEST = Gauge(
    "qudao_parked_oldest_timestamp_seconds", "Since when the oldest parked stream is parked; 0 when none is.", ["subscription"]
)

FRESHNESS = FreshnessHistogram("qudao_freshness_seconds", "From recorded to visible in the view.", "subscription")
REGISTRY.register(FRESHNESS)
