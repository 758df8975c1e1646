"""What funds refuse."""

from channel_service import Problem

FUNDS = [
    Problem("fund_unknown", 404, "There is no fund {fund_id} here.", "没有基金 {fund_id}。"),
    Problem(
        "fund_exists",
        409,
        "Fund {fund_id} was opened with other terms; give the new one an id of its own. Its budget may be set anew.",
        "基金 {fund_id} 已按其他条款设立；请为新基金使用新的编号。其预算可重新设定。",
    ),
    Problem(
        "fund_amount_invalid",
        422,
        "{amount} cannot be paid in {currency}: it has to be more than 0 and a whole number of its smallest unit.",
        "{amount} 不能以 {currency} 支付：金额应大于 0，且为该货币最小单位的整数倍。",
    ),
    Problem(
        "fund_budget_given",
        409,
        "Of the budget of fund {fund_id} {given} was given to partners: it cannot be {budget}.",
        "基金 {fund_id} 的预算已有 {given} 分配给伙伴，不能设为 {budget}。",
    ),
    Problem(
        "fund_budget_exceeded",
        409,
        "Of the budget of fund {fund_id} {left} is left, less than {amount}.",
        "基金 {fund_id} 的预算剩余 {left}，不足 {amount}。",
    ),
    Problem(
        "fund_allocation_exists",
        409,
        "An allocation {reference} of another amount was made; give the new one its own reference.",
        "编号为 {reference} 的分配已按其他金额登记；请使用新的编号。",
    ),
    Problem("fund_part_unknown", 404, "{partner_id} has no part of fund {fund_id}.", "{partner_id} 在基金 {fund_id} 中没有份额。"),
    Problem(
        "fund_exceeded",
        409,
        "Of its part of fund {fund_id} {available} is available to {partner_id}, not {amount}.",
        "{partner_id} 在基金 {fund_id} 中的可用余额为 {available}，不足 {amount}。",
    ),
    Problem(
        "fund_over", 409, "Fund {fund_id} is open for this from {first} to {last}.", "基金 {fund_id} 仅在 {first} 至 {last} 接受此项操作。"
    ),
    Problem(
        "fund_four_eyes",
        409,
        "{by} asked for it or approved it; somebody else has to go on.",
        "{by} 已提出或批准该事项，须由他人继续办理。",
    ),
    Problem("fund_request_unknown", 404, "There is no request {request_id} here.", "没有申请 {request_id}。"),
    Problem(
        "fund_request_exists",
        409,
        "A request {request_id} with other facts was made; give the new one a number of its own.",
        "申请 {request_id} 已登记且内容不同；请使用新的编号。",
    ),
    Problem(
        "fund_request_step_wrong",
        409,
        "Request {request_id} is {status}: this cannot be done with it any more, or not yet.",
        "申请 {request_id} 的状态为 {status}，不能进行此操作。",
    ),
    Problem(
        "fund_activity_not_eligible",
        422,
        "The fund does not pay for {activity}, but for: {activities}.",
        "该基金不支持 {activity}，仅支持：{activities}。",
    ),
    Problem("fund_activity_outside", 422, "The day has to lie from {first} to {last}.", "日期应在 {first} 至 {last} 之间。"),
    Problem(
        "fund_activity_not_held",
        409,
        "The activity of request {request_id} was not reported; report it, then claim what it cost.",
        "申请 {request_id} 的活动尚未报告；请先报告活动，再申报费用。",
    ),
    Problem("claim_unknown", 404, "There is no claim {claim_id} here.", "没有报销 {claim_id}。"),
    Problem(
        "claim_exists",
        409,
        "A claim {claim_id} with other facts was made; give the new one a number of its own.",
        "报销 {claim_id} 已登记且内容不同；请使用新的编号。",
    ),
    Problem(
        "claim_step_wrong",
        409,
        "Claim {claim_id} is {status}: this cannot be done with it any more, or not yet.",
        "报销 {claim_id} 的状态为 {status}，不能进行此操作。",
    ),
    Problem(
        "claim_too_high",
        409,
        "Claim {claim_id} may come to {most} at most, not {amount}.",
        "报销 {claim_id} 最多为 {most}，不能为 {amount}。",
    ),
    Problem(
        "claim_order_linked",
        409,
        "An order is won by one activity; another claim names {orders} already.",
        "一张订单只能由一项活动带来；其他报销已列出 {orders}。",
    ),
]
