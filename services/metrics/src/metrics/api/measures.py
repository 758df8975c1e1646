"""What metrics tells Prometheus of the business: sums of few labels, so that a board needs no other source. All else is asked over HTTP."""

from collections.abc import Callable
from functools import partial
from typing import Any

from channel_service import Measure, Reconciled

from metrics.application.catalogue import Catalogue
from metrics.views.watched import over_days, reconciled

_PERIOD = "Over today, 7 and 28 days with today:"


def measures(catalogue: Catalogue) -> list[Measure]:
    """Those of the KPIs of these names."""

    def over(kpi: str, *by: str, **more: Any) -> Callable[[Any], Any]:
        return lambda today: over_days(catalogue.kpi(kpi), today, *by, **more)

    channel = ["period", "channel_type"]
    return [
        Measure("qudao_business_net_sales", f"{_PERIOD} net sales.", over("net", "channel_type"), labels=[*channel, "currency"]),
        Measure("qudao_business_orders", f"{_PERIOD} orders placed.", over("orders", "channel_type"), labels=channel),
        Measure(
            "qudao_business_lines_filled",
            f"{_PERIOD} lines of its orders that their first shipment brought whole.",
            over("fill_rate", "channel_type"),
            labels=channel,
        ),
        Measure(
            "qudao_business_lines_due",
            f"{_PERIOD} lines of its orders that were not wholly cancelled.",
            over("fill_rate", "channel_type", part="denominator"),
            labels=channel,
        ),
        Measure("qudao_business_incentive_cost", f"{_PERIOD} what incentives cost.", over("incentive_cost"), labels=["period", "currency"]),
        *(Reconciled(name, partial(reconciled, catalogue.kpi(name))) for name in ("orders", "gross", "incentive_cost")),
    ]
