"""The words in which rules are written and explained."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, TypeAlias

from channel_terms import Amount, Money
from msgspec import Meta

Rate: TypeAlias = Annotated[Amount, Meta(description="A share of the base: 0.05 is 5 %; of units, money for each.", examples=["0.05"])]
Value: TypeAlias = Annotated[Amount, Meta(examples=["100000.00"])]
"""An amount of money in the plan's currency, or a number of units, as the rule's base is."""

Least: TypeAlias = Annotated[Money, Meta(examples=["100000.00"])]
"""The same, of at least zero."""

_ID = r"^[A-Za-z0-9][A-Za-z0-9_-]*\Z"
RuleId: TypeAlias = Annotated[
    str, Meta(min_length=1, max_length=40, pattern=_ID, description="Within its plan, for ever.", examples=["volume"])
]
PlanId: TypeAlias = Annotated[str, Meta(min_length=1, max_length=40, pattern=_ID, description="For ever.", examples=["dealer-2026"])]


class Payee(StrEnum):
    """Who is paid for a line."""

    PARTNER = "partner"
    SALES_REP = "sales_rep"

    def partner_id(self, payee_id: str) -> str | None:
        """Which partner such a payee is; None for one that is none: a partner sees its own, and nothing of a sales rep of its id."""
        return payee_id if self is Payee.PARTNER else None


ZERO = Decimal(0)
