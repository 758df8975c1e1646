"""What was told of who is credited, and of who has a share of what is paid."""

from incentives.application.said import Says
from incentives.domain.payout_share import PayoutShared, SharePayout
from incentives.domain.responsibility import ResponsibilitySet, SetResponsibility
from incentives.domain.split import OrderSplit, SplitOrder
from incentives.domain.superior import SetSuperior, SuperiorSet, SuperiorWithdrawn, WithdrawSuperior


def _not_above(e: SuperiorWithdrawn) -> WithdrawSuperior:
    return WithdrawSuperior(payee_id=e.payee_id, since=e.since, on=e.occurred_on)


SAYS: Says = {
    OrderSplit: SplitOrder,
    PayoutShared: SharePayout,
    ResponsibilitySet: SetResponsibility,
    SuperiorSet: SetSuperior,
    SuperiorWithdrawn: _not_above,
}
