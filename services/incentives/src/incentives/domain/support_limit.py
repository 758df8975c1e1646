"""Limits of claims: what all claims together take of one thing never comes to more than there is of it, whoever claims at once. A sale
that is claimed for, too, is such a thing: there is one of it."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TypeAlias

from channel_events.pure import Decider, Known, Rejected, event, tell
from channel_terms import as_part
from msgspec import Struct

from incentives.domain.words import ZERO


@event("support_limit_taken")
class SupportLimitTaken(Struct, frozen=True, kw_only=True):
    """Of ``limit``, of which there are ``most``, the claim takes ``amount``."""

    limit: str
    claim_id: str
    amount: Decimal
    most: Decimal


@event("support_limit_freed")
class SupportLimitFreed(Struct, frozen=True, kw_only=True):
    """The claim was denied."""

    limit: str
    claim_id: str


class TakeLimit(Struct, frozen=True, kw_only=True):
    limit: str
    claim_id: str
    amount: Decimal
    most: Decimal


class FreeLimit(Struct, frozen=True, kw_only=True):
    limit: str
    claim_id: str


LimitCommand: TypeAlias = TakeLimit | FreeLimit
LimitEvent: TypeAlias = SupportLimitTaken | SupportLimitFreed


def limit_named(*parts: str) -> str:
    """A slash in a part is no slash between them."""
    return "/".join(map(as_part, parts))


def decide(command: LimitCommand, taken: Mapping[str, Decimal], known: Known) -> Iterator[LimitEvent]:
    if isinstance(command, FreeLimit):
        if command.claim_id in taken:
            yield tell(SupportLimitFreed, command)
        return
    left = command.most - sum(taken.values(), ZERO)
    if command.amount > left:
        raise Rejected("support_exceeded", limit=command.limit, left=max(left, ZERO), amount=command.amount)
    yield tell(SupportLimitTaken, command)


def evolve(taken: Mapping[str, Decimal], event: LimitEvent) -> Mapping[str, Decimal]:
    if isinstance(event, SupportLimitFreed):
        return {name: amount for name, amount in taken.items() if name != event.claim_id}
    return {**taken, event.claim_id: taken.get(event.claim_id, ZERO) + event.amount}


SUPPORT_LIMIT: Decider[LimitCommand, Mapping[str, Decimal], LimitEvent] = Decider(
    "support_limit", initial={}, decide=decide, evolve=evolve, events=[SupportLimitTaken, SupportLimitFreed]
)
