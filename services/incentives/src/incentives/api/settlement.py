"""By which periods earnings are settled, and where each of them is."""

from datetime import date, datetime
from typing import Annotated

import sqlalchemy as sa
from channel_service import BRAND, Allow, Commands, Listing, Role, list_route, same
from fastapi import APIRouter
from pydantic import BaseModel, Field

from incentives.api.as_caller import by_caller
from incentives.domain.settlement import Stage
from incentives.domain.settlement.decide import SetSettlementCalendar
from incentives.views.settlement_periods import PERIODS, TABLE

router = APIRouter(prefix="/v1/settlement", tags=["settlement"], dependencies=[Allow(*BRAND, Role.PARTNER)])


commands = Commands(router)
commands.put("/{calendar_id}", SetSettlementCalendar, by_caller=by_caller, allow=[Role.FINANCE], created=True, summary="Set the calendar")


class PeriodRow(BaseModel):
    """``stage`` says whether it still takes what happened in it."""

    period: str = Field(examples=["2026-01"])
    stage: Stage
    first: date
    last: date
    cut_off_on: date = Field(description="What arrives from this day on belongs to the next period.")
    calculated_on: date = Field(description="The day on which statements are issued.")
    ends_at: datetime | None = Field(description="Null once it has ended.")
    calculated_at: datetime | None


_c = TABLE.sql.c
PERIOD_LIST = Listing(
    PERIODS,
    sa.select(TABLE.sql),
    order=[_c.first, _c.period],
    newest=True,
    filters=[same(_c.stage, Stage), same(_c.period, Annotated[str, Field(min_length=1, max_length=30, examples=["2026-01"])])],
)
list_route(router, "/periods", PERIOD_LIST, PeriodRow, summary="Periods, newest first")
