"""Days that are agreed, as those of a fund, a promotion or a coupon."""

from datetime import timedelta

from channel_terms import Ahead

TERM = Ahead(timedelta(days=20 * 366))
"""How far they may lie ahead. Nothing holds by such a day until somebody acts on what is agreed: allocates, starts, approves, claims. So
there is nothing to withdraw where one is wrong; what is agreed is not acted on, or ended."""
