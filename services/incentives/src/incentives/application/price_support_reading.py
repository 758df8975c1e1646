"""Claims for the support of prices as they are now."""

from channel_events import Log

from incentives.domain.support_claim.decide import SUPPORT_CLAIM, SupportClaim


async def find_support_claim(log: Log, claim_id: str) -> tuple[SupportClaim, str | None]:
    """The claim, and the tag of its stream; without what was told when there is none."""
    found = await log.current(SUPPORT_CLAIM, claim_id)
    return found.state, found.tag
