"""Types that several resources use."""

import re
from datetime import date
from typing import Annotated, Any

from channel_service import Rule, StrictModel
from pydantic import BeforeValidator, Field, WithJsonSchema

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def _day(value: Any) -> Any:
    # Left alone, pydantic also takes 0 for a date (seconds since 1970) and cuts midnight off a time.
    if not isinstance(value, str) or not _DAY.fullmatch(value.strip()):
        raise Rule("must be a date, like 2026-11-24", "应为日期，如 2026-11-24")
    return value.strip()


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date", "examples": ["2026-11-24"]})]
"""A business date, in the brand's time zone."""

On = Annotated[Day | None, Field(description="The business date of what happened; today when not given.")]
OrderId = Annotated[str, Field(description="source:external_id", max_length=141, examples=["shop:1001"])]
Sku = Annotated[str, Field(min_length=1, max_length=64, examples=["PEN-01"])]
Warehouse = Annotated[str, Field(min_length=1, max_length=40, examples=["sh"])]
Label = Annotated[str, Field(min_length=1, max_length=100)]


class Dated(StrictModel):
    on: On = None


UNDATED = Dated()
"""For commands that need no body at all."""
