"""The statements that incentives has issued, and whether they say what they have to."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from msgspec import Struct

from qudao_local.demo.incentives import Earned
from qudao_local.demo.play.doors import Doors
from qudao_local.demo.play.heads import head_of
from qudao_local.demo.play.settle import Differs

_SHOWN = 3
_PAGE = 200


class Statement(Struct, frozen=True):
    """Of one partner for one month: what it earned in it, and with what was left before what it is paid."""

    statement_id: str
    partner_id: str
    month: str
    earned: Decimal
    payable: Decimal
    paid: Decimal


Issued = dict[str, list[Statement]]
"""By month, the largest first."""


async def issued(doors: Doors, months: Iterable[str], currency: str) -> Issued:
    """With all that incentives has written by now."""
    seen = f"{await head_of(doors, 'incentives')};"
    return {month: sorted(await _of(doors, month, currency, seen), key=lambda one: (-one.payable, one.statement_id)) for month in months}


async def _of(doors: Doors, month: str, currency: str, seen: str) -> list[Statement]:
    found: list[Statement] = []
    cursor: str | None = None
    while True:
        asked = {"period": month, "currency": currency, "limit": _PAGE, "cursor": cursor, "wait_for": seen}
        page = await doors.get("incentives", "/v1/statement-amounts", **asked)
        for one in page["items"]:
            accrued, reversed_, payable, paid = (Decimal(one[name]) for name in ("accrued", "reversed", "payable", "paid"))
            found.append(Statement(one["statement_id"], one["payee_id"], month, accrued + reversed_, payable, paid))
        if (cursor := page["next"]) is None:
            return found


def check(statements: Issued, earned: Earned) -> None:
    """Raises `Differs` where a statement says another amount than was earned, or is missing."""
    said = {(one.partner_id, month): one.earned for month, of_month in statements.items() for one in of_month}
    wrong = [
        f"{partner_id} earned {earned.get((partner_id, month), 0):,} in {month}, its statement says {said.get((partner_id, month), 0):,}"
        for partner_id, month in sorted(said.keys() | earned.keys())
        if said.get((partner_id, month), Decimal(0)) != earned.get((partner_id, month), Decimal(0))
    ]
    if wrong:
        more = f"; and {len(wrong) - _SHOWN:,} more" if len(wrong) > _SHOWN else ""
        raise Differs("; ".join(wrong[:_SHOWN]) + more)


class Book(Struct, frozen=True):
    """What became of what a partner earned: ``earned`` is ``accrued`` (on no statement yet), ``payable`` and ``paid`` together."""

    earned: Decimal = Decimal(0)
    accrued: Decimal = Decimal(0)
    payable: Decimal = Decimal(0)
    paid: Decimal = Decimal(0)

    def plus(self, other: "Book") -> "Book":
        return Book(*(getattr(self, name) + getattr(other, name) for name in self.__struct_fields__))


def books(earned: Earned, months: Sequence[str]) -> Mapping[str, Book]:
    """By partner, once the statements of all ``months`` but the last are paid. What a statement leaves below zero lessens the next."""
    found: dict[str, Book] = {}
    for partner_id in sorted({name for name, _ in earned}):
        total = paid = carried = Decimal(0)
        for month in months:
            if (amount := earned.get((partner_id, month))) is not None:
                total += amount
                payable = amount + carried
                paid += max(payable, Decimal(0)) if month != months[-1] else Decimal(0)
                carried = min(payable, Decimal(0))
        found[partner_id] = Book(earned=total, payable=total - paid, paid=paid)
    return found
