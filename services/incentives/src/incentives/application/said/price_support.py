"""What was agreed and opened. Claims are not among it: they are judged by what is known where they are made."""

from incentives.application.said import Says, with_terms
from incentives.domain.price_protection import OpenPriceProtection, PriceProtectionOpened, PriceProtectionWithdrawn, WithdrawPriceProtection
from incentives.domain.stock_rotation import OpenStockRotation, StockRotationOpened, StockRotationWithdrawn, WithdrawStockRotation
from incentives.domain.support_agreement import (
    AgreeSupport,
    ApproveSupport,
    SupportAgreed,
    SupportApproved,
    SupportWithdrawn,
    WithdrawSupport,
)

SAYS: Says = {
    SupportAgreed: with_terms(AgreeSupport),
    SupportApproved: ApproveSupport,
    SupportWithdrawn: WithdrawSupport,
    PriceProtectionOpened: OpenPriceProtection,
    PriceProtectionWithdrawn: WithdrawPriceProtection,
    StockRotationOpened: OpenStockRotation,
    StockRotationWithdrawn: WithdrawStockRotation,
}
