"""What the front door of pushes tells Prometheus. Sources are few; ids that nobody defined share one label."""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter(
    "qudao_push_requests_total",
    "Pushes by what became of the request: accepted, duplicate, ping, rejected_signature, rejected_body, limited, error.",
    ["source", "outcome"],
)
DURATION = Histogram(
    "qudao_push_answer_duration_seconds",
    "From the request's head to its answer.",
    ["source"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
LAST_EVENT = Gauge("qudao_source_last_event_timestamp_seconds", "When the source's last push was kept.", ["source"])
UNKNOWN = "unknown"
