"""From the text of a cell to a day, a number, a count; strict, because a guess would become a wrong figure."""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from qudao_local.demo.datasets.mapping import Dates, Numbers
from qudao_local.demo.datasets.report import BadValue

_MOST_DIGITS = 28
"""Up to which decimal arithmetic is exact."""


def number_reader(style: Numbers) -> Callable[[str], Decimal]:
    """Reads numbers written in ``style``; no exponents, no signs of currency."""
    thousands = re.escape(style.thousands) if style.thousands else ""
    whole = rf"\d{{1,3}}(?:{thousands}\d{{3}})+|\d+" if thousands else r"\d+"
    pattern = re.compile(rf"[+-]?(?:{whole})?(?:{re.escape(style.decimal)}\d+)?", re.ASCII)

    def read(text: str) -> Decimal:
        if not text or not pattern.fullmatch(text) or not any(sign.isdigit() for sign in text):
            raise BadValue(f"{text!r} is not a number")
        if style.thousands:
            text = text.replace(style.thousands, "")
        if len(text) > _MOST_DIGITS:
            raise BadValue(f"{text!r} has more than {_MOST_DIGITS} digits")
        return plain(Decimal(text.replace(style.decimal, ".")))

    return read


def plain(value: Decimal) -> Decimal:
    """The same number as it is written shortest, without exponent: 2.550 and 2.55 are one price, in two exports too."""
    short = value.normalize()
    return short if int(short.as_tuple().exponent) <= 0 else short.quantize(Decimal(1))


def count(value: Decimal) -> int:
    """A whole number; 3.0 is one, 3.5 is not."""
    if value != value.to_integral_value():
        raise BadValue(f"{value} is not a whole number")
    return int(value)


def day_reader(style: Dates, brand_zone: str) -> Callable[[str, str | None], date]:
    """Reads days, and times as the day that it is then in the brand's zone."""
    zone = ZoneInfo(brand_zone)
    written_in = ZoneInfo(style.zone) if style.zone else zone
    known: dict[tuple[str, str | None], date] = {}

    def read(text: str, form: str | None = None) -> date:
        # An export has few days and many rows.
        key = (text, form)
        if key not in known:
            known[key] = parse(text, form or style.format)
        return known[key]

    def parse(text: str, form: str) -> date:
        try:
            moment = datetime.fromisoformat(text) if form == "iso" else datetime.strptime(text, form)  # noqa: DTZ007 (zone follows)
        except ValueError:
            raise BadValue(f"{text!r} is not a date of the form {form}") from None
        timed = len(text) > 10 if form == "iso" else any(part in form for part in ("%H", "%I", "%s", "%c", "%X", "%z"))
        if not timed:
            return moment.date()
        return (moment if moment.tzinfo else moment.replace(tzinfo=written_in)).astimezone(zone).date()

    return read
