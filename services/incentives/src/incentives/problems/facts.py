"""What is refused of what is told by doors of our own."""

from channel_service import Problem

FACTS = [
    Problem(
        "quota_overlaps",
        409,
        "The payee has a quota of {measure} from {first} to {last}; set that to 0 first, or choose other days.",
        "该收款方在 {first} 至 {last} 已有 {measure} 指标；请先将其设为 0，或选择其他日期。",
    ),
    Problem(
        "payment_unknown",
        404,
        "No payment {reference} for order {order_id} was received.",
        "订单 {order_id} 没有编号为 {reference} 的回款。",
    ),
    Problem(
        "payment_exists",
        409,
        "Payment {reference} for order {order_id} was received with other facts, or taken back; give the new one its own reference.",
        "订单 {order_id} 的回款 {reference} 已登记且内容不同，或已撤回；请使用新的编号。",
    ),
    Problem(
        "payment_amount_invalid",
        422,
        "{amount} cannot be paid in {currency}: it has to be more than 0 and a whole number of its smallest unit.",
        "{amount} 不能以 {currency} 支付：金额应大于 0，且为该货币最小单位的整数倍。",
    ),
    Problem(
        "ruling_exists",
        409,
        "A ruling {ruling_id} with other facts is recorded; give the new one a number of its own.",
        "裁定 {ruling_id} 已登记且内容不同；请使用新的编号。",
    ),
    Problem(
        "exchange_rate_exists",
        409,
        "One {base} is {rate} {quote} on {day} already, and what was paid at it stays; tell the new rate for a later day.",
        "{day} 的汇率已登记为 1 {base} = {rate} {quote}，已按其支付的不再变动；请为之后的日期登记新汇率。",
    ),
]
