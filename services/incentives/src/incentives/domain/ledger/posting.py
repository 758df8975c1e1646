"""Postings: an amount on an account. Those of one entry sum up to zero in each currency, so all of them do, at every position."""

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from incentives.domain.exact import exactly
from incentives.domain.words import ZERO


class Account(StrEnum):
    """More than zero is what it costs us, or what we have a claim to; less is what we owe, or what was given away for it."""

    EXPENSE = "expense"
    """What was earned: the cost of it."""
    CLAWED_BACK = "clawed_back"
    """Of that what was taken back, less than zero: the cost is the sum of both."""
    ADJUSTED = "adjusted"
    """What somebody decided beside the rules, as of a dispute."""
    ACCRUED = "accrued"
    """Earned and on no statement yet: the provision."""
    PAYABLE = "payable"
    """On a statement, to be paid."""
    IN_PAYMENT = "in_payment"
    """In a payout that was neither confirmed nor failed."""
    PAID = "paid"
    """What has left our bank."""
    WRITTEN_OFF = "written_off"
    """What of a statement is not paid, and not owed any more."""
    DRAWN = "drawn"
    """Paid in advance, to be recovered from what is earned."""
    FUND = "fund"
    """Set aside for marketing, and not promised."""
    COMMITTED = "committed"
    """Of a fund what was promised to a request that was approved."""
    POINTS = "points"
    """What points that were given may still be used for."""


class Posting(Struct, frozen=True):
    """``amount`` is exact, in the smallest unit of its currency at the finest."""

    account: Account
    currency: str
    amount: Decimal


def moved(amount: Decimal, currency: str, *, source: Account, to: Account) -> tuple[Posting, ...]:
    """From one account to another: ``to`` grows by ``amount``, ``source`` shrinks by it. Nothing for nothing.

    What is earned moves from `Account.ACCRUED` to `Account.EXPENSE`: we owe it, and it is a cost.
    """
    return (Posting(to, currency, amount), Posting(source, currency, -amount)) if amount else ()


def balances(postings: Iterable[Posting]) -> dict[tuple[Account, str], Decimal]:
    """By account and currency, without those that are zero."""
    sums: dict[tuple[Account, str], Decimal] = {}
    with exactly():
        for one in postings:
            sums[one.account, one.currency] = sums.get((one.account, one.currency), ZERO) + one.amount
    return {name: amount for name, amount in sums.items() if amount}


def unbalanced(postings: Iterable[Posting]) -> dict[str, Decimal]:
    """By currency what the postings are away from zero; nothing where they balance."""
    sums: dict[str, Decimal] = {}
    for (_, currency), amount in balances(postings).items():
        sums[currency] = sums.get(currency, ZERO) + amount
    return {currency: amount for currency, amount in sums.items() if amount}
