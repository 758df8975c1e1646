"""What the log tells Prometheus."""

from prometheus_client import Counter, Gauge, Histogram

HEAD = Gauge("qudao_log_head_position", "Position of the last event of the log, as last seen by this process.", ["service"])
APPENDS = Counter("qudao_log_appends_total", "Commands by what became of them.", ["service", "outcome"])
BATCH = Histogram(
    "qudao_log_batch_events",
    "Events written by one statement.",
    ["service"],
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 20000),
)
DURATION = Histogram(
    "qudao_log_append_duration_seconds",
    "From taking a batch of commands to its answer.",
    ["service"],
    buckets=(0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
)
LOST = Counter("qudao_log_head_lost_total", "Batches before which another process had moved the head.", ["service"])

RESTORED = Counter("qudao_log_restored_total", "Times the log moved on because it was restored.", ["service", "noticed_by"])


class LogMeters:
    """The metrics of one service's log; the labelled children are looked up once, not at every append."""

    def __init__(self, service: str) -> None:
        self.head = HEAD.labels(service)
        self.batch = BATCH.labels(service)
        self.duration = DURATION.labels(service)
        self.lost = LOST.labels(service)
        self.appends = {o: APPENDS.labels(service, o) for o in ("appended", "nothing", "replayed", "rejected", "failed", "busy")}
