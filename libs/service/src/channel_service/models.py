"""Types that the bodies of requests and answers are made of."""

import re
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
    """A request's model: unknown fields are refused, texts lose the blanks around them, types are not guessed."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)


def _decimal(value: Any) -> Any:
    """Decimal text or a whole number; a JSON fraction is refused: on its way here it has been a binary float."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value.strip()) or sum(map(str.isdecimal, value)) > MAX_DIGITS:
        raise Rule(
            f'must be a decimal number as text, like "12.50", with at most {MAX_DIGITS} digits, {MAX_SCALE} of them behind the point',
            f'应为文本形式的十进制数，如 "12.50"，最多 {MAX_DIGITS} 位，其中小数最多 {MAX_SCALE} 位',
        )
    return Decimal(value.strip())


def _plain(value: Decimal) -> str:
    return format(value, "f")


Amount = Annotated[
    Decimal,
    BeforeValidator(_decimal),
    PlainSerializer(_plain, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^[+-]?[0-9]{1,28}(\.[0-9]{1,10})?$", "examples": ["129.90"]}),
]
"""An exact decimal number, as text in JSON: never a float, never in exponent form."""


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

Text = Annotated[str, Field(min_length=1, max_length=500)]
"""A name or reason for people to read."""
