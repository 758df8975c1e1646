"""What incentives refuses, by stable codes: here what several of its sub-domains do."""

from channel_service import Problem
from channel_service.partners import PARTNER_UNKNOWN

COMMON = [
    PARTNER_UNKNOWN,
    Problem("days_reversed", 422, "It ends on {last}, before it begins on {first}.", "于 {last} 结束，早于开始日 {first}。"),
    Problem(
        "shares_invalid",
        422,
        "Shares are at least 0 and not all 0, and what is split is a whole number of the currency's smallest unit.",
        "份额应不小于 0 且不全为 0，被拆分的金额须为该货币最小单位的整数倍。",
    ),
]
