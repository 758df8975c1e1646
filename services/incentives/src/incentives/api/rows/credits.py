"""Who is credited, as rows: splits of orders, responsibilities for territories, superiors of sales reps, shares of what is paid."""

from datetime import date
from decimal import Decimal
from typing import Any

from channel_service.importing import Importable, ImportSet, never, not_first

from incentives.application.taking_in import setting_responsibility, splitting
from incentives.domain.credits import Share
from incentives.domain.payout_share import SharePayout
from incentives.domain.responsibility import SetResponsibility
from incentives.domain.sharing import Member
from incentives.domain.split import SplitOrder
from incentives.domain.superior import SetSuperior, WithdrawSuperior
from incentives.domain.words import Payee

_YEAR = date(2026, 1, 1)
_SPLITS = Importable(
    "split",
    SplitOrder,
    use=splitting,
    key=["payee", "order_id", "line_id"],
    changed=not_first,
    counts="shares",
    example=SplitOrder(
        payee=Payee.SALES_REP,
        order_id="shop:1001",
        shares=(Share(payee_id="ann", share=Decimal("0.6")), Share(payee_id="bob", share=Decimal("0.4"))),
    ),
)
_RESPONSIBILITIES = Importable(
    "responsibility",
    SetResponsibility,
    use=setting_responsibility,
    key=["payee", "territory", "payee_id", "first"],
    changed=lambda event: event.data.replaced,
    example=SetResponsibility(payee=Payee.SALES_REP, territory="CN-E", payee_id="ann", first=_YEAR),
)
_SUPERIORS = Importable(
    "superior",
    SetSuperior,
    key=["payee_id", "since"],
    id=lambda c: c.payee_id,
    changed=never,
    example=SetSuperior(payee_id="ann", above="bob", since=_YEAR),
)
_NOT_ABOVE = Importable(
    "superior_withdrawal",
    WithdrawSuperior,
    key=["payee_id", "since"],
    id=lambda c: c.payee_id,
    changed=never,
    example=WithdrawSuperior(payee_id="ann", since=_YEAR),
)
_PAYOUT_SHARES = Importable(
    "payout_share",
    SharePayout,
    key=["payee", "payee_id", "plan_id", "rule_id", "since"],
    changed=lambda event: bool(event.data.previous),
    counts="members",
    example=SharePayout(
        payee=Payee.PARTNER,
        payee_id="p-1001",
        since=_YEAR,
        members=(
            Member(member=Payee.PARTNER, member_id="p-1001", share="0.5"),
            Member(member=Payee.SALES_REP, member_id="ann", share="0.5"),
        ),
    ),
)
KINDS: tuple[Importable[Any], ...] = (_SPLITS, _RESPONSIBILITIES, _SUPERIORS, _NOT_ABOVE, _PAYOUT_SHARES)
SETS = (
    ImportSet("splits", _SPLITS, default=_SPLITS, summary="Import splits of orders"),
    ImportSet("payout-shares", _PAYOUT_SHARES, default=_PAYOUT_SHARES, summary="Import shares of what payees earn"),
)
