"""Promotions as they are now."""

from channel_events import Log

from incentives.domain.promotion.decide import PROMOTION, Promotion


async def find_promotion(log: Log, promotion_id: str) -> tuple[Promotion, str | None]:
    """The promotion, and the tag of its stream; without terms when there is none."""
    found = await log.current(PROMOTION, promotion_id)
    return found.state, found.tag
