"""The words of a fund."""

from datetime import date
from decimal import Decimal
from typing import Annotated, TypeAlias

from channel_terms import PLANNED, Code, Currency
from msgspec import Meta, Struct

from incentives.domain.ledger import Account, Posting
from incentives.domain.portion import WHOLE, Portion
from incentives.domain.words import ZERO

_ID = r"^[A-Za-z0-9][A-Za-z0-9_-]*\Z"
FundId: TypeAlias = Annotated[str, Meta(min_length=1, max_length=40, pattern=_ID, description="For ever.", examples=["mdf-2026"])]
RequestId: TypeAlias = Annotated[Code, Meta(description="Within the partner's part of the fund, for ever.", examples=["fair-1"])]
ClaimId: TypeAlias = Annotated[Code, Meta(description="Within its request, for ever.", examples=["stand"])]


class CarryOver(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is left of a partner's part goes on in another fund of the same currency, up to a share of what it was allocated."""

    into: FundId
    share: Portion = WHOLE


class FundTerms(Struct, frozen=True, kw_only=True):
    """What holds for every part of a fund. Requests are taken and approved from ``first`` to ``last``, claims until ``claims_until``."""

    currency: Currency
    first: Annotated[date, PLANNED, Meta(examples=["2026-01-01"])]
    last: Annotated[date, PLANNED, Meta(examples=["2026-12-31"])]
    claims_until: Annotated[date, PLANNED, Meta(examples=["2027-01-31"])]
    reimburses: Annotated[Portion, Meta(description="The share of what an activity cost that may be claimed.", examples=["0.5"])] = WHOLE
    activities: Annotated[
        Annotated[tuple[Code, ...], Meta(max_length=100)],
        Meta(description="The kinds of activities it pays for; any when empty.", examples=[["trade_fair"]]),
    ] = ()
    carry_over: CarryOver | None = None


class Standing(Struct, frozen=True, kw_only=True):
    """Where a partner's part of a fund stands: of what is ``allocated``, ``committed`` is promised to activities, ``owed`` to claims that
    were approved, and what is not used in time has ``expired``. The rest is available."""

    allocated: Decimal = ZERO
    committed: Decimal = ZERO
    owed: Decimal = ZERO
    paid: Decimal = ZERO
    expired: Decimal = ZERO

    @property
    def available(self) -> Decimal:
        return self.allocated - self.committed - self.owed - self.paid - self.expired

    @property
    def balances(self) -> dict[Account, Decimal]:
        """What it comes to in the ledger: all together nothing."""
        return {
            Account.EXPENSE: self.allocated - self.expired,
            Account.FUND: -self.available,
            Account.COMMITTED: -self.committed,
            Account.PAYABLE: -self.owed,
            Account.PAID: -self.paid,
        }

    def postings(self, before: "Standing", currency: str) -> tuple[Posting, ...]:
        """What has to be posted where it stood as ``before`` and stands like this now."""
        was = before.balances
        return tuple(Posting(account, currency, now - was[account]) for account, now in self.balances.items() if now != was[account])
