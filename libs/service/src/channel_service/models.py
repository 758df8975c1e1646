"""Types that the bodies of requests and answers are made of."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from channel_service.currencies import CURRENCIES
from channel_service.problems import Rule

MAX_DIGITS = 28
"""Digits of an amount or price, as many as a decimal context of Python keeps by default."""
MAX_SCALE = 10
"""Digits behind the point."""

_DECIMAL = re.compile(rf"[+-]?[0-9]{{1,{MAX_DIGITS}}}(\.[0-9]{{1,{MAX_SCALE}}})?", re.ASCII)


class StrictModel(BaseModel):
    """A request's model: unknown fields are refused, types are not guessed, and only `Text` and `Label` lose the blanks around them."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _decimal(value: Any) -> Any:
    """Decimal text or a whole number; a JSON fraction is refused: on its way here it has been a binary float."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value) or sum(map(str.isdecimal, value)) > MAX_DIGITS:
        raise Rule(
            f'must be a decimal number as text, like "12.50", with at most {MAX_DIGITS} digits, {MAX_SCALE} of them behind the point',
            f'应为文本形式的十进制数，如 "12.50"，最多 {MAX_DIGITS} 位，其中小数最多 {MAX_SCALE} 位',
        )
    return Decimal(value)


_TEXT = {"type": "string", "pattern": r"^[+-]?[0-9]{1,28}(\.[0-9]{1,10})?$"}


def _plain(value: Decimal) -> str:
    return format(value, "f")


Amount = Annotated[
    Decimal,
    BeforeValidator(_decimal),
    PlainSerializer(_plain, return_type=str),
    WithJsonSchema({"anyOf": [_TEXT, {"type": "integer"}], "examples": ["129.90"]}, mode="validation"),
    WithJsonSchema(_TEXT | {"examples": ["129.90"]}, mode="serialization"),
]
"""An exact decimal number, as text in JSON, or sent as a whole number: never a float, never in exponent form."""


def _not_negative(value: Decimal) -> Decimal:
    if value < 0:
        raise Rule("must not be negative", "不应为负数")
    return value


Money = Annotated[Amount, AfterValidator(_not_negative)]
"""A price or amount of at least zero; its currency is a field beside it."""


def _currency(value: str) -> str:
    if value not in CURRENCIES:
        raise Rule("must be a currency of ISO 4217, like CNY", "应为 ISO 4217 货币代码，如 CNY")
    return value


Currency = Annotated[str, Field(examples=["CNY"]), AfterValidator(_currency)]
"""A currency in use, by its three letters (ISO 4217, list one)."""

Quantity = Annotated[int, Field(strict=True, ge=1, le=1_000_000_000, examples=[12])]
"""A number of units, at least one."""

_CODE = r"^[^\s/;,\x00-\x1f\x7f](?:[^/;,\x00-\x1f\x7f]*[^\s/;,\x00-\x1f\x7f])?$"
CODE = re.compile(_CODE)
Code = Annotated[str, Field(min_length=1, max_length=100, pattern=_CODE)]
"""An identifier given from outside: 1 to 100 characters, no slash, comma, semicolon or control character."""


def _trimmed(value: str) -> str:
    if not (text := value.strip()):
        raise Rule("must not be blank", "不应为空白")
    return text


# Trimmed after they are measured: what is sent is what the OpenAPI document speaks of (tests/test_fuzz.py).
Text = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_trimmed)]
"""A name or reason for people to read, without the blanks around it."""

Label = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_trimmed)]
"""A word or two by which people group things, without the blanks around it."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def _day(value: Any) -> Any:
    # Left alone, pydantic also takes 0 for a date (seconds since 1970) and cuts midnight off a time.
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise Rule("must be a date, like 2026-11-24", "应为日期，如 2026-11-24")
    return value


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date", "examples": ["2026-11-24"]})]
"""A business date, in the brand's time zone."""


class Dated(StrictModel):
    """The body of a command; by itself it says no more than when."""

    on: Day | None = Field(default=None, description="The business date of what happened; today when not given.")


UNDATED = Dated()
"""For commands that need no body at all."""
