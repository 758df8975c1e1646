"""Splits: among whom an order is split, or one line of it."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from channel_events.pure import Decider, Known, command, event, tell
from channel_terms import Code, HappenedOn, Wrong, as_part, happened_on
from msgspec import Meta, Struct

from incentives.domain.credits import Share, credited
from incentives.domain.words import Payee


@event("order_split")
class OrderSplit(Struct, frozen=True, kw_only=True):
    """``previous`` are the payees among whom it was split before."""

    payee: Payee
    order_id: str
    line_id: str | None
    shares: tuple[Share, ...]
    previous: tuple[str, ...]
    occurred_on: date


@command("split_order", stream="split/{payee}/{order_id}")
class SplitOrder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same again changes nothing, other shares replace those before, and none take the split back. What was earned by the old ones is
    worked out anew. A word about a line goes before one about its order; the order need not be here yet."""

    payee: Annotated[Payee, Meta(description="Plans that pay partners look at those among partners, others at those among sales reps.")]
    order_id: Annotated[Code, Meta(examples=["shop:1001"])]
    line_id: Annotated[Code | None, Meta(description="Without it, all lines.", examples=["1"])] = None
    shares: Annotated[
        tuple[Share, ...], Meta(max_length=50, description="Those that are no overlay come to exactly 1; none take the split back.")
    ] = ()
    on: HappenedOn = None

    def __post_init__(self) -> None:
        names = [one.payee_id for one in self.shares]
        if len(set(names)) < len(names):
            raise Wrong("a payee has two shares", "同一收款方有两个份额")
        if any(not one.share for one in self.shares):
            raise Wrong("a share has to be more than 0", "份额应大于 0")
        if self.shares and (whole := credited(self.shares)) != 1:
            raise Wrong(f"shares come to {whole}; without overlays it has to be 1", f"份额之和为 {whole}，不计叠加时应为 1")


def split_key(c: SplitOrder) -> str:
    """A slash in a name is no slash between names."""
    return "/".join((c.payee, as_part(c.order_id), as_part(c.line_id or "")))


def decide(command: SplitOrder, split: OrderSplit | None, known: Known) -> Iterator[OrderSplit]:
    before = split.shares if split else ()
    if command.shares != before:
        previous = tuple(one.payee_id for one in before)
        yield tell(OrderSplit, command, previous=previous, occurred_on=happened_on(command.on, known))


def evolve(_: OrderSplit | None, event: OrderSplit) -> OrderSplit | None:
    return event


SPLIT: Decider[SplitOrder, OrderSplit | None, OrderSplit] = Decider(
    "split", initial=None, decide=decide, evolve=evolve, events=[OrderSplit]
)
