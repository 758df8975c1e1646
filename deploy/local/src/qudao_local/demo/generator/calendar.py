"""How many orders each day of the year has: weekdays, seasons, and one busiest day."""

from datetime import date, timedelta

BUSIEST = (11, 11)
BUSIEST_TO_MEAN = 1.6
_OTHERS_AT_MOST = 1.42
_WEEKDAY = [1.15, 1.10, 1.05, 1.05, 1.15, 0.85, 0.65]
_MONTH = [0.95, 0.72, 1.0, 1.0, 1.02, 1.15, 0.92, 0.95, 1.02, 0.95, 1.22, 1.10]


def orders_per_day(first: date, last: date, orders: int) -> list[tuple[date, int]]:
    """Every day from ``first`` to ``last``; the numbers add up to ``orders``."""
    days = [first + timedelta(offset) for offset in range((last - first).days + 1)]
    wanted = [_WEEKDAY[day.weekday()] * _MONTH[day.month - 1] for day in days]
    mean = sum(wanted) / len(wanted)
    relative = [min(_OTHERS_AT_MOST, weight / mean) for weight in wanted]
    for index, day in enumerate(days):
        if (day.month, day.day) == BUSIEST:
            relative[index] = 0.0
    # The busiest day is fixed against the mean; the others share what is left.
    peak = round(BUSIEST_TO_MEAN * orders / len(days)) if 0.0 in relative else 0
    counts = apportion(orders - peak, relative)
    return [(day, count if share else peak) for day, count, share in zip(days, counts, relative, strict=True)]


def apportion(total: int, weights: list[float]) -> list[int]:
    """Whole numbers near ``total`` times each weight's share, adding up to ``total``: largest remainders get the rest."""
    whole = sum(weights)
    exact = [total * weight / whole for weight in weights]
    counts = [int(share) for share in exact]
    by_remainder = sorted(range(len(weights)), key=lambda index: (counts[index] - exact[index], index))
    for index in by_remainder[: total - sum(counts)]:
        counts[index] += 1
    return counts
