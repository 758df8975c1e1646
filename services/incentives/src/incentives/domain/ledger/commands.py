"""What may be asked of a payee's ledger. All of it is asked by use cases, which name the stream."""

from datetime import date
from decimal import Decimal
from typing import TypeAlias

from msgspec import Struct

from incentives.domain.ledger.said import Worked
from incentives.domain.ledger.writing import Owner
from incentives.domain.settlement.calendar import Period


class PostEarnings(Struct, frozen=True, kw_only=True):
    """Posts the differences of these entries to what is posted of them until ``period``. They were worked out when the ledger had
    ``number`` entries; if it has others by now, nothing is done: whoever asks works it out anew. ``seen``, with the last of
    several, tells that this was all."""

    owner: Owner
    number: int
    period: Period
    worked: tuple[Worked, ...]
    seen: int | None = None


class PostAdjustment(Struct, frozen=True, kw_only=True):
    owner: Owner
    period: Period
    currency: str
    amount: Decimal
    cause: str
    reason: str
    by: str


class IssueStatement(Struct, frozen=True, kw_only=True):
    """Of all that is posted until the end of the period and on no statement yet."""

    owner: Owner
    period: Period
    objection_days: int


class _OfStatement(Struct, frozen=True, kw_only=True):
    owner: Owner
    statement_id: str
    by: str
    on: date | None = None


class Acknowledge(_OfStatement, frozen=True, kw_only=True):
    pass


class Dispute(_OfStatement, frozen=True, kw_only=True):
    dispute_id: str


class Release(_OfStatement, frozen=True, kw_only=True):
    dispute_id: str


class ProposeWriteOff(_OfStatement, frozen=True, kw_only=True):
    """Of what the statement owes in the currency, all."""

    currency: str
    reason: str


class WriteOff(_OfStatement, frozen=True, kw_only=True):
    """What somebody else proposed."""


class OrderPayment(_OfStatement, frozen=True, kw_only=True):
    payout_id: str
    currency: str
    amount: Decimal


class Confirm(_OfStatement, frozen=True, kw_only=True):
    payout_id: str
    amount: Decimal
    bank_reference: str


class Fail(_OfStatement, frozen=True, kw_only=True):
    payout_id: str
    reason: str


Answer: TypeAlias = Acknowledge | Dispute | Release
Pay: TypeAlias = OrderPayment | Confirm | Fail | ProposeWriteOff | WriteOff
LedgerCommand: TypeAlias = PostEarnings | PostAdjustment | IssueStatement | Answer | Pay
