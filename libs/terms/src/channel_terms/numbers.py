"""Quantities and amounts: how they may be written, and how large they may be."""

import re
from decimal import Decimal
from typing import Annotated, Any, TypeAlias

from msgspec import Meta

from channel_terms.written import Written, Wrong

MAX_QUANTITY = 1_000_000_000
"""Units, in one line or one receipt."""
MAX_DIGITS = 28
"""Digits of an amount or price, as many as a decimal context of Python keeps by default."""
MAX_SCALE = 10
"""Digits behind the point."""

_DECIMAL = re.compile(rf"[+-]?[0-9]{{1,{MAX_DIGITS}}}(\.[0-9]{{1,{MAX_SCALE}}})?", re.ASCII)
AMOUNT_TEXT = {"type": "string", "pattern": rf"^[+-]?[0-9]{{1,{MAX_DIGITS}}}(\.[0-9]{{1,{MAX_SCALE}}})?$"}
_SCHEMA = {"anyOf": [AMOUNT_TEXT, {"type": "integer"}], "examples": ["129.90"]}


def amount(value: Any) -> Any:
    """Decimal text or a whole number; a JSON fraction is refused: on its way here it may have been a binary float."""
    if isinstance(value, Decimal):
        return value
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not _DECIMAL.fullmatch(text) or sum(map(str.isdecimal, text)) > MAX_DIGITS:
        raise Wrong(
            f'must be a decimal number as text, like "12.50", with at most {MAX_DIGITS} digits, {MAX_SCALE} of them behind the point',
            f'应为文本形式的十进制数，如 "12.50"，最多 {MAX_DIGITS} 位，其中小数最多 {MAX_SCALE} 位',
        )
    return text


def _not_negative(value: Any) -> Any:
    text = amount(value)
    if text < 0 if isinstance(text, Decimal) else text.startswith("-") and text.strip("-0."):
        raise Wrong("must not be negative", "不应为负数")
    return text


Amount: TypeAlias = Annotated[Decimal, Meta(examples=["129.90"]), Written(amount, _SCHEMA)]
"""An exact decimal number, as text in JSON, or sent as a whole number: never a float, never in exponent form."""

Money: TypeAlias = Annotated[Decimal, Meta(examples=["129.90"]), Written(_not_negative, _SCHEMA)]
"""A price or amount of at least zero; its currency is a field beside it."""

Quantity: TypeAlias = Annotated[int, Meta(ge=1, le=MAX_QUANTITY, examples=[12])]
"""A number of units, at least one."""
