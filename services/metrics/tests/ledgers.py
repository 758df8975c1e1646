"""Events of incentives as its ledgers tell them: one by one, and those of a few payees by seed, which balance at every position."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

from channel_events import Recorded
from metrics.contracts.incentives import (
    AdjustmentPosted,
    AmountWrittenOff,
    EarningAccrued,
    EarningReversed,
    Entry,
    PayoutConfirmed,
    Posting,
    StatementIssued,
)

from .examples import MONDAY, told

DECEMBER: dict[str, Any] = {"partner_id": "p-1", "payee": "partner", "payee_id": "p-1", "period": "2025-12", "occurred_on": MONDAY}


def moved(amount: str | Decimal, source: str, to: str, currency: str = "CNY") -> tuple[Posting, ...]:
    """As incentives posts it: ``to`` grows by the amount, ``source`` shrinks by it."""
    return (Posting(to, currency, Decimal(amount)), Posting(source, currency, -Decimal(amount)))


def earned(amount: str | Decimal, currency: str = "CNY", rule: str = "volume", **facts: Any) -> EarningAccrued:
    entry = Entry(entry_id=f"dealers~1~{rule}", plan_id="dealers", rule_id=rule)
    return EarningAccrued(**{**DECEMBER, "entry": entry, "postings": moved(amount, "accrued", "expense", currency), **facts})


def clawed_back(amount: str | Decimal, currency: str = "CNY", rule: str = "volume", **facts: Any) -> EarningReversed:
    entry = Entry(entry_id=f"dealers~1~{rule}", plan_id="dealers", rule_id=rule)
    return EarningReversed(**{**DECEMBER, "entry": entry, "postings": moved(amount, "clawed_back", "accrued", currency), **facts})


def adjusted(amount: str | Decimal, currency: str = "CNY", **facts: Any) -> AdjustmentPosted:
    return AdjustmentPosted(**{**DECEMBER, "postings": moved(amount, "accrued", "adjusted", currency), **facts})


def stated(*amounts: tuple[str | Decimal, str], **facts: Any) -> StatementIssued:
    """A statement over one amount in each of these currencies."""
    postings = tuple(one for amount, currency in amounts for one in moved(amount, "payable", "accrued", currency))
    return StatementIssued(**{**DECEMBER, "statement_id": "s-1", "postings": postings, **facts})


def paid(amount: str | Decimal, currency: str = "CNY", **facts: Any) -> PayoutConfirmed:
    return PayoutConfirmed(**{**DECEMBER, "statement_id": "s-1", "postings": moved(amount, "paid", "in_payment", currency), **facts})


def written_off(amount: str | Decimal, currency: str = "CNY", **facts: Any) -> AmountWrittenOff:
    return AmountWrittenOff(**{**DECEMBER, "statement_id": "s-1", "postings": moved(amount, "written_off", "payable", currency), **facts})


def ledgers(seed: int) -> list[Recorded]:
    """Six payees, one of whom is no partner, though a partner has its id, through three months: earned and taken back, stated, paid in
    part, written off."""
    random = Random(seed)
    events = [(number % 3, event) for number in range(6) for event in _ledger(random, number)]
    return [told(event, at, event.occurred_on + timedelta(days=at % 9), partition=part) for at, (part, event) in enumerate(events, 1)]


def _ledger(random: Random, number: int) -> Iterator[Any]:
    partner_id = f"p-{number}" if number else None
    who = {"payee": "partner" if number else "sales_rep", "payee_id": partner_id or "p-2", "partner_id": partner_id}
    for month in range(3):
        about = {**who, "period": f"2026-{month + 1:02}"}
        first = MONDAY + timedelta(days=month * 30)
        left: dict[str, Decimal] = {}
        for rule in ("volume", "growth"):
            currency = random.choice(["CNY", "CNY", "USD"])
            amount, back = Decimal(random.randrange(100, 90_000)) / 100, Decimal(random.randrange(0, 99)) / 100
            left[currency] = left.get(currency, Decimal(0)) + amount - back
            yield earned(amount, currency, rule, **about, occurred_on=first + timedelta(days=random.randrange(20)))
            yield clawed_back(back, currency, rule, **about, occurred_on=first + timedelta(days=random.randrange(20, 25)))
        yield stated(*((amount, currency) for currency, amount in left.items()), **about, occurred_on=first + timedelta(days=25))
        for currency, amount in left.items():
            part = (amount / 2).quantize(Decimal("0.01"))
            yield paid(part, currency, **about, occurred_on=first + timedelta(days=27))
            if random.random() < 0.5:
                yield written_off(amount - part, currency, **about, occurred_on=first + timedelta(days=29))
