"""Types that the bodies of requests and answers are made of."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from channel_terms import AMOUNT_TEXT, CODE_LENGTH, CODE_PATTERN, LABEL_LENGTH, NAME_LENGTH, Wrong
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema


class StrictModel(BaseModel):
    """A request's model: unknown fields are refused, types are not guessed, and only `Text` and `Label` lose the blanks around them."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _plain(value: Decimal) -> str:
    return format(value, "f")


Amount = Annotated[
    Decimal,
    PlainSerializer(_plain, return_type=str),
    WithJsonSchema(AMOUNT_TEXT | {"examples": ["129.90"]}),
]
"""An exact decimal number in an answer, as text: never a float, never in exponent form."""

Code = Annotated[str, Field(min_length=1, max_length=CODE_LENGTH, pattern=CODE_PATTERN.replace(r"\Z", "$"))]
"""`channel_terms.Code`, in a path or query."""


def _trimmed(value: str) -> str:
    if not (text := value.strip()):
        raise Wrong("must not be blank", "不应为空白")
    return text


# Trimmed after they are measured: what is sent is what the OpenAPI document speaks of (tests/test_fuzz.py).
Text = Annotated[str, Field(min_length=1, max_length=NAME_LENGTH), AfterValidator(_trimmed)]
"""A name or reason for people to read, without the blanks around it."""

Label = Annotated[str, Field(min_length=1, max_length=LABEL_LENGTH), AfterValidator(_trimmed)]
"""A word or two by which people group things, without the blanks around it."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def _day(value: Any) -> Any:
    # Left alone, pydantic also takes 0 for a date (seconds since 1970) and cuts midnight off a time.
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise Wrong("must be a date, like 2026-11-24", "应为日期，如 2026-11-24")
    return value


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date", "examples": ["2026-11-24"]})]
"""A business date, in the brand's time zone."""
