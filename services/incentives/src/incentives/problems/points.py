"""What points and rewards refuse."""

from channel_service import Problem

POINTS = [
    Problem("points_programme_unknown", 404, "There is no programme {programme_id} here.", "没有积分计划 {programme_id}。"),
    Problem(
        "points_programme_exists",
        409,
        "Programme {programme_id} was opened with other facts; give the new one an id of its own.",
        "积分计划 {programme_id} 已按其他内容设立；请使用新的编号。",
    ),
    Problem(
        "points_value_invalid",
        422,
        "A point is worth a whole number of the smallest unit of {currency}, and an amount earns more than no points.",
        "积分价值须为 {currency} 最小单位的整数倍，且每单位金额的积分须大于 0。",
    ),
    Problem(
        "points_unknown", 404, "{payee} {payee_id} has no points of {programme_id}.", "{payee} {payee_id} 在 {programme_id} 中没有积分。"
    ),
    Problem(
        "points_reference_taken",
        409,
        "{reference} names something else already; give this a reference of its own.",
        "{reference} 已用于其他内容；请使用新的编号。",
    ),
    Problem("points_too_few", 409, "There are {balance} points, not {points}.", "积分余额为 {balance}，不足 {points}。"),
    Problem("points_redemption_unknown", 404, "There is no redemption {reference} here.", "没有兑换 {reference}。"),
    Problem(
        "points_other_currency",
        409,
        "The plan pays in {plan_currency}, the programme counts {currency}.",
        "方案以 {plan_currency} 支付，而积分计划以 {currency} 计。",
    ),
    Problem("reward_unknown", 404, "There is no reward {reward_id} in this programme.", "该积分计划没有奖品 {reward_id}。"),
    Problem(
        "reward_exists",
        409,
        "Reward {reward_id} is one of another programme; give this one an id of its own.",
        "奖品 {reward_id} 属于其他积分计划；请使用新的编号。",
    ),
    Problem("reward_gone", 409, "Of reward {reward_id} {left} are left.", "奖品 {reward_id} 剩余 {left}。"),
]
