"""What promotions and coupons refuse."""

from channel_service import Problem

PROMOTIONS = [
    Problem("promotion_unknown", 404, "There is no promotion {promotion_id} here.", "没有促销 {promotion_id}。"),
    Problem(
        "promotion_step_wrong",
        409,
        "Promotion {promotion_id} is {status}: this cannot be done with it any more, or not yet.",
        "促销 {promotion_id} 的状态为 {status}，不能进行此操作。",
    ),
    Problem(
        "promotion_four_eyes",
        409,
        "{by} wrote promotion {promotion_id}; somebody else has to start it.",
        "{by} 起草了促销 {promotion_id}，须由他人启动。",
    ),
    Problem(
        "promotion_amount_invalid",
        422,
        "Amounts have to be whole numbers of the smallest unit of {currency}.",
        "金额须为 {currency} 最小单位的整数倍。",
    ),
    Problem("promotion_budget_exceeded", 409, "The budget of promotion {promotion_id} is used up.", "促销 {promotion_id} 的预算已用完。"),
    Problem("redemption_lines_invalid", 422, "Two lines of order {order_id} have one id.", "订单 {order_id} 有两行编号相同。"),
    Problem("coupon_unknown", 404, "There is no coupon {coupon} here.", "没有优惠券 {coupon}。"),
    Problem(
        "coupon_exists",
        409,
        "A coupon {coupon} was issued with other facts; give the new one a code of its own.",
        "优惠券 {coupon} 已发放且内容不同；请使用新的券码。",
    ),
    Problem("coupon_used_up", 409, "Coupon {coupon} is used up.", "优惠券 {coupon} 已用完。"),
]
