"""The facts about a payee, of one snapshot, and what they were until a day."""

from datetime import date

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from incentives.domain.facts import Facts, Line, Quota, Ruling
from incentives.domain.movements import Categories, Movement, lines_of
from incentives.domain.payment import Paid, paid_lines
from incentives.domain.plan.document import Payee
from incentives.views.movements import movements_of
from incentives.views.payments import payments_of
from incentives.views.quotas import quotas_of
from incentives.views.rulings import rulings_of

COLUMN = {Payee.PARTNER: "partner_id", Payee.SALES_REP: "sales_rep"}


class PayeeFacts(Struct, frozen=True, kw_only=True):
    """What was told, as the views have it."""

    movements: list[Movement]
    categories: Categories
    payments: list[Paid]
    quotas: tuple[Quota, ...]
    rulings: tuple[Ruling, ...]

    def lines(self) -> list[Line]:
        """All lines but those of payments. A payee may have a hundred thousand: not for the loop."""
        return list(lines_of(self.movements, self.categories))

    def until(self, last: date, lines: list[Line]) -> Facts:
        """What were facts at the end of the day; ``lines`` are those of `lines`."""
        known = [one for one in lines if one.since <= last]
        payments = [one for one in self.payments if one.paid_on <= last]
        rulings = tuple(one for one in self.rulings if one.on <= last)
        return Facts(lines=[*known, *paid_lines(known, payments)], quotas=self.quotas, rulings=rulings)

    def now(self) -> Facts:
        """All there are."""
        return self.until(date.max, self.lines())

    def last_day(self, lines: list[Line]) -> date:
        """The last on which something became a fact."""
        days = [*(one.since for one in lines), *(one.paid_on for one in self.payments), *(one.on for one in self.rulings)]
        return max(days, default=date.min)


async def told_of(read: AsyncConnection, payee: Payee, payee_id: str) -> PayeeFacts:
    moved, categories = await movements_of(read, COLUMN[payee], payee_id)
    payments = await payments_of(read, sorted({one.order_id for one in moved}))
    quotas, rulings = await quotas_of(read, payee_id), await rulings_of(read, payee_id)
    return PayeeFacts(movements=moved, categories=categories, payments=payments, quotas=quotas, rulings=rulings)
