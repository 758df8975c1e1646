"""How often a partner redeemed a promotion: a stream of its own, so that a promotion of thousands of partners stays small."""

from collections.abc import Iterator

from channel_events.pure import Decider, Known, event, tell
from msgspec import Struct


@event("promotion_use_counted")
class PromotionUseCounted(Struct, frozen=True, kw_only=True):
    """One more order, or one less where ``uses`` is -1."""

    promotion_id: str
    partner_id: str
    order_id: str
    uses: int


class CountUse(Struct, frozen=True, kw_only=True):
    promotion_id: str
    partner_id: str
    order_id: str
    uses: int


def decide(command: CountUse, count: int, known: Known) -> Iterator[PromotionUseCounted]:
    yield tell(PromotionUseCounted, command)


def evolve(count: int, event: PromotionUseCounted) -> int:
    return count + event.uses


PROMOTION_USE: Decider[CountUse, int, PromotionUseCounted] = Decider(
    "promotion_use", initial=0, decide=decide, evolve=evolve, events=[PromotionUseCounted], state=int
)
