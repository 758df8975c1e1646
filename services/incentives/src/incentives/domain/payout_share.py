"""Payout shares: among whom what a payee earns is shared. All arrangements of a payee are one stream."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from channel_events.pure import Decider, Known, command, event, tell
from channel_terms import PLANNED, Code, HappenedOn, Wrong, check_days, happened_on
from msgspec import Meta, Struct

from incentives.domain.exact import text
from incentives.domain.sharing import Member, in_order, whole
from incentives.domain.words import Payee, PlanId, RuleId


@event("payout_shared")
class PayoutShared(Struct, frozen=True, kw_only=True):
    """From ``since`` on what the payee earns is shared among ``members``, until the next day from which on something is said of the same
    plan and rule; without any what was said of that day never held. ``previous`` are those of whom it was said before of the same day."""

    payee: Payee
    payee_id: str
    plan_id: str | None
    rule_id: str | None
    since: date
    members: tuple[Member, ...]
    previous: tuple[Member, ...]
    occurred_on: date


@command("share_payout", stream="payout_share/{payee}/{payee_id}")
class SharePayout(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same again changes nothing; what is said of the same first day replaces what was, and no members take it back: what held before
    goes on. Who shall keep all of it from a day on is its own only member. What was earned by the old shares is worked out anew. What was
    earned before that day stays with those who had shares then, also where it comes back later. A word about a rule goes before one about
    its plan, and that before one about all. Shared is what the payee earns itself, and not what it gets of others."""

    payee: Annotated[Payee, Meta(description="Whose earnings are shared: a partner's or a sales rep's, as plans pay them.")]
    payee_id: Annotated[Code, Meta(examples=["p-1001"])]
    plan_id: Annotated[PlanId | None, Meta(description="Without it, all plans.")] = None
    rule_id: Annotated[RuleId | None, Meta(description="Without it, all rules of the plan.")] = None
    since: Annotated[date, PLANNED, Meta(examples=["2026-01-01"])]
    members: Annotated[
        tuple[Member, ...],
        Meta(max_length=50, description="Their shares come to exactly 1; without any, what was said of that day never held."),
    ] = ()
    on: HappenedOn = None

    def __post_init__(self) -> None:
        if self.rule_id is not None and self.plan_id is None:
            raise Wrong("a rule has a name only within its plan", "规则须与其方案一起注明")
        if len({(one.member, one.member_id) for one in self.members}) < len(self.members):
            raise Wrong("a member has two shares", "同一成员有两个份额")
        if self.members and (come_to := whole(self.members)) != 1:
            raise Wrong(f"shares come to {text(come_to)}; it has to be 1", f"份额之和为 {text(come_to)}，应为 1")


Held = tuple[PayoutShared, ...]
"""What holds of a payee, of each plan, rule and first day what was said last."""


def decide(command: SharePayout, held: Held, known: Known) -> Iterator[PayoutShared]:
    c, members = command, in_order(command.members)
    check_days(c, known.today)
    previous = next((one.members for one in held if _about(one) == _about(c)), ())
    if members != previous:
        yield tell(PayoutShared, c, members=members, previous=previous, occurred_on=happened_on(c.on, known))


def _about(one: SharePayout | PayoutShared) -> tuple[str | None, str | None, date]:
    return one.plan_id, one.rule_id, one.since


def evolve(held: Held, event: PayoutShared) -> Held:
    others = tuple(one for one in held if _about(one) != _about(event))
    return (*others, event) if event.members else others


PAYOUT_SHARE: Decider[SharePayout, Held, PayoutShared] = Decider(
    "payout_share", initial=(), decide=decide, evolve=evolve, events=[PayoutShared]
)
