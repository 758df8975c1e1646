"""What follows on each month's statements: they are acknowledged or disputed, decided, and paid by two people; one payment fails and is
made again. The last month's payout waits for approval."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from qudao_local.demo.incentives import Earned
from qudao_local.demo.play.commands import Commands
from qudao_local.demo.play.doors import Doors
from qudao_local.demo.play.masters import each
from qudao_local.demo.play.progress import Reporter, Stage
from qudao_local.demo.play.statements import Issued, Statement, check, issued

_ACKNOWLEDGED = 5
"""Of each month the largest; the others stand once the time to object is over."""
_ANSWERED, _DISPUTED, _DECIDED, _PROPOSED, _APPROVED, _PAID, _AGAIN = 12, 13, 16, 20, 21, 24, 27
"""Days of the month after."""
_DISPUTES = {2: Decimal("120.00"), 8: Decimal(0)}
"""By the number of the month, from 0: what is paid beside the largest statement; nothing where the dispute is rejected."""
_FAILING = 5
"""The number of the month whose largest payment fails."""


class Closes:
    """Of one scenario's months, once their statements are issued. Each command has a key, so a run may end anywhere and begin again."""

    def __init__(self, doors: Doors, commands: Commands, months: Sequence[str], currency: str, reporter: Reporter) -> None:
        self._doors, self._commands, self._reporter = doors, commands, reporter
        self._months, self._currency = months, currency

    async def play(self, earned: Earned) -> None:
        """Raises `Differs` before anything is paid when a statement does not say what was ``earned``."""
        statements = await issued(self._doors, self._months, self._currency)
        check(statements, earned)
        stage = self._reporter.stage("statements", sum(map(len, statements.values())))
        for number, month in enumerate(self._months):
            await self._answer(number, month, statements)
            await self._pay(number, month, statements, stage)
        stage.finish(f"{stage.done:,} answered and paid")

    async def _answer(self, number: int, month: str, statements: Issued) -> None:
        disputed = number in _DISPUTES and statements[month][:1]
        if disputed:
            await self._dispute(disputed[0], _DISPUTES[number])

        async def acknowledge(one: Statement) -> None:
            path = f"/v1/statements/{one.statement_id}/acknowledge"
            await self._commands.try_to("partner", path, {"on": _day(month, _ANSWERED)}, partner_id=one.partner_id)

        of_month = [one for one in statements[month] if one not in (disputed or ())]
        await each(of_month[:_ACKNOWLEDGED], acknowledge)

    async def _dispute(self, one: Statement, amount: Decimal) -> None:
        """By the partner; somebody of finance decides."""
        about: dict[str, Any] = {"dispute_id": f"{one.month}-1", "statement_id": one.statement_id, "currency": self._currency}
        about |= {"expected": one.payable + (amount or 1000), "reason": "a promotion that was agreed on by telephone"}
        await self._commands.try_to(
            "partner", "/v1/disputes", {**about, "on": _day(one.month, _DISPUTED)}, key=about["dispute_id"], partner_id=one.partner_id
        )
        decided = {"outcome": "upheld", "amount": amount, "reason": "the mail that confirms it was found"}
        if not amount:
            decided = {"outcome": "rejected", "reason": "nobody here knows of it"}
        await self._commands.try_to("finance", f"/v1/disputes/{about['dispute_id']}/decide", {**decided, "on": _day(one.month, _DECIDED)})

    async def _pay(self, number: int, month: str, statements: Issued, stage: Stage) -> None:
        due = [one for one in statements[month] if one.payable > 0]
        stage.advance(len(statements[month]) - len(due))
        if not due:
            return
        await self._propose(month, due, _day(month, _PROPOSED))
        if month == self._months[-1]:
            stage.advance(len(due))
            return
        await self._approve(month, _day(month, _APPROVED))
        failing = due[:1] if number == _FAILING else []
        for one in failing:
            body = {"statement_id": one.statement_id, "reason": "the account was closed", "on": _day(month, _PAID)}
            await self._commands.try_to("finance", f"/v1/payouts/{month}/fail", body, key=one.statement_id)
        await self._confirm(month, [one for one in due if one not in failing], _day(month, _PAID), stage)
        if failing:
            again, day = f"{month}-again", _day(month, _AGAIN)
            await self._propose(again, failing, day)
            await self._approve(again, day)
            await self._confirm(again, failing, day, stage)

    async def _propose(self, payout: str, due: list[Statement], on: date) -> None:
        payments = [{"statement_id": one.statement_id, "amount": one.payable} for one in due]
        body = {"payout_id": payout, "currency": self._currency, "payments": payments, "on": on}
        await self._commands.try_to("finance", "/v1/payouts", body, key=payout)

    async def _approve(self, payout: str, on: date) -> None:
        await self._commands.try_to("brand_admin", f"/v1/payouts/{payout}/approve", {"on": on})

    async def _confirm(self, payout: str, due: list[Statement], on: date, stage: Stage) -> None:
        async def confirm(numbered: tuple[int, Statement]) -> None:
            number, one = numbered
            body = {"statement_id": one.statement_id, "amount": one.payable, "bank_reference": f"{payout}/{number:03}", "on": on}
            await self._commands.try_to("finance", f"/v1/payouts/{payout}/confirm", body, key=one.statement_id)
            stage.advance()

        await each(enumerate(due, 1), confirm)


def _day(month: str, number: int) -> date:
    """Of the month after it."""
    return (date.fromisoformat(f"{month}-01") + timedelta(31)).replace(day=number)
