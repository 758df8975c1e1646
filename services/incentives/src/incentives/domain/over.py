"""When a day is over."""

from datetime import UTC, date, datetime, time, timedelta


def over(day: date) -> datetime:
    """The moment from which on no clock of the world shows ``day`` any more: it is over in the brand's zone, whichever that is."""
    return datetime.combine(day + timedelta(days=1), time(12), UTC)
