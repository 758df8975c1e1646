"""channel_terms: the words of the trade that domain, doors and metrics share. Pure: no clock, no ids, no I/O."""

from channel_terms.bounds import check_days
from channel_terms.business_days import WEEKEND, BusinessDays
from channel_terms.currencies import CURRENCIES, MINOR_DIGITS, Currency, rounded
from channel_terms.days import EARLIEST, HAPPENED, PLANNED, Ahead, HappenedOn, PlannedOn, Zone, happened_on, planned_on
from channel_terms.documents import parse_document
from channel_terms.fiscal import SAID_LIKE, Weeks, fiscal_calendar
from channel_terms.looks import look
from channel_terms.numbers import AMOUNT_TEXT, MAX_DIGITS, MAX_QUANTITY, MAX_SCALE, Amount, Money, Quantity
from channel_terms.periods import CIVIL, Calendar, Grain, Periods, Span
from channel_terms.reading import Reader
from channel_terms.texts import (
    CODE_LENGTH,
    CODE_PATTERN,
    LABEL_LENGTH,
    NAME_LENGTH,
    REFERENCE_LENGTH,
    Code,
    Label,
    Name,
    Reference,
    as_part,
)
from channel_terms.words import Words
from channel_terms.written import Written, Wrong

__all__ = [
    "AMOUNT_TEXT",
    "CIVIL",
    "CODE_LENGTH",
    "CODE_PATTERN",
    "CURRENCIES",
    "EARLIEST",
    "HAPPENED",
    "LABEL_LENGTH",
    "MAX_DIGITS",
    "MAX_QUANTITY",
    "MAX_SCALE",
    "MINOR_DIGITS",
    "NAME_LENGTH",
    "PLANNED",
    "REFERENCE_LENGTH",
    "SAID_LIKE",
    "WEEKEND",
    "Ahead",
    "Amount",
    "BusinessDays",
    "Calendar",
    "Code",
    "Currency",
    "Grain",
    "HappenedOn",
    "Label",
    "Money",
    "Name",
    "Periods",
    "PlannedOn",
    "Quantity",
    "Reader",
    "Reference",
    "Span",
    "Weeks",
    "Words",
    "Written",
    "Wrong",
    "Zone",
    "as_part",
    "check_days",
    "fiscal_calendar",
    "happened_on",
    "look",
    "parse_document",
    "planned_on",
    "rounded",
]
