"""What incentives refuses, by stable codes."""

from channel_service import Problem, ProblemCatalogue
from channel_service.partners import PARTNER_UNKNOWN

_PLANS = [
    Problem("plan_unknown", 404, "There is no version {version} of plan {plan_id} here.", "没有方案 {plan_id} 的第 {version} 版。"),
    Problem(
        "plan_step_wrong",
        409,
        "Version {version} of plan {plan_id} is {status}: a version is drafted, simulated, submitted and approved, one after the other.",
        "方案 {plan_id} 第 {version} 版的状态为 {status}：版本须依次起草、试算、提交、批准。",
    ),
    Problem(
        "plan_examples_fail",
        409,
        "Examples of plan {plan_id} do not hold: {failing}; correct the rules or the examples, and simulate it again.",
        "方案 {plan_id} 的算例不成立：{failing}；请更正规则或算例后重新试算。",
    ),
    Problem(
        "plan_four_eyes",
        409,
        "{by} wrote or submitted this version of plan {plan_id}; somebody else has to approve it.",
        "{by} 起草或提交了方案 {plan_id} 的该版本，须由他人批准。",
    ),
    Problem(
        "plan_begun",
        409,
        "Version {version} of plan {plan_id} is in force since {valid_from}; what has begun is not withdrawn: retire the plan, or draft "
        "a version that follows.",
        "方案 {plan_id} 第 {version} 版已于 {valid_from} 生效，不能撤回；请停用该方案，或起草后续版本。",
    ),
    Problem("plan_not_approved", 409, "No version of plan {plan_id} was ever approved.", "方案 {plan_id} 尚无已批准的版本。"),
    Problem(
        "order_line_unknown",
        404,
        "Nothing is known of line {line_id} of order {order_id} here.",
        "没有订单 {order_id} 明细 {line_id} 的记录。",
    ),
    Problem("entry_unknown", 404, "There is no entry {entry_id} here.", "没有分录 {entry_id}。"),
    Problem("plan_retired", 409, "Plan {plan_id} was retired on {retired_on}.", "方案 {plan_id} 已于 {retired_on} 停用。"),
]

_SETTLEMENT = [
    Problem(
        "settlement_period_under_way",
        409,
        "Period {period} is not to be divided: the new calendar has to begin a period on its first day, while it is open.",
        "期间 {period} 不可拆分：新日历须以其首日为期间起始日，且该期间尚未截止。",
    ),
    Problem("period_cut_off", 409, "Period {period} is cut off: nothing more is posted in it.", "期间 {period} 已截止，不再入账。"),
    Problem("statement_unknown", 404, "There is no statement {statement_id} here.", "没有对账单 {statement_id}。"),
    Problem(
        "statement_disputed",
        409,
        "Statement {statement_id} is disputed; decide {dispute_id} first.",
        "对账单 {statement_id} 存在争议；请先裁决 {dispute_id}。",
    ),
    Problem(
        "statement_stands",
        409,
        "Statement {statement_id} stands: it was accepted, or the days for objections, until {objections_until}, are over.",
        "对账单 {statement_id} 已确认，或异议期（至 {objections_until}）已过，不可再提出争议。",
    ),
    Problem(
        "statement_not_accepted",
        409,
        "Statement {statement_id} is not acknowledged, and may be objected to until {objections_until}; it is paid after that.",
        "对账单 {statement_id} 尚未确认，异议期至 {objections_until}；之后方可支付。",
    ),
    Problem(
        "more_than_owed",
        409,
        "{amount} {currency} is more than statement {statement_id} owes: {owed}.",
        "{amount} {currency} 超过对账单 {statement_id} 的应付余额 {owed}。",
    ),
    Problem(
        "nothing_owed", 409, "Statement {statement_id} owes nothing in {currency}.", "对账单 {statement_id} 没有 {currency} 应付余额。"
    ),
    Problem(
        "write_off_unknown",
        409,
        "Nobody proposed to write off what statement {statement_id} owes now.",
        "无人提议核销对账单 {statement_id} 当前的应付余额。",
    ),
    Problem(
        "write_off_four_eyes",
        409,
        "{by} proposed to write off what statement {statement_id} owes; somebody else has to agree.",
        "{by} 提议核销对账单 {statement_id} 的余额，须由他人同意。",
    ),
    Problem("dispute_unknown", 404, "There is no dispute {dispute_id} here.", "没有争议 {dispute_id}。"),
    Problem(
        "dispute_exists",
        409,
        "A dispute {dispute_id} with other facts was raised; give the new one a number of its own.",
        "争议 {dispute_id} 已提出且内容不同；请使用新的编号。",
    ),
    Problem("dispute_was_decided", 409, "Dispute {dispute_id} was decided: {outcome}.", "争议 {dispute_id} 已裁决：{outcome}。"),
    Problem(
        "dispute_four_eyes",
        409,
        "{by} raised dispute {dispute_id}; somebody else has to decide it.",
        "{by} 提出了争议 {dispute_id}，须由他人裁决。",
    ),
    Problem(
        "dispute_amount_wrong",
        422,
        "{amount} does not go with {outcome}: what is upheld has an amount in whole units of its currency, what is rejected none.",
        "金额 {amount} 与裁决结果 {outcome} 不符：支持的争议须有金额（为该货币最小单位的整数倍），驳回的争议金额为 0。",
    ),
    Problem("payout_unknown", 404, "There is no payout {payout_id} here.", "没有付款批次 {payout_id}。"),
    Problem(
        "payout_exists",
        409,
        "There is a payout {payout_id} with other payments; give the new one a number of its own.",
        "付款批次 {payout_id} 已存在且内容不同；请使用新的编号。",
    ),
    Problem(
        "payout_four_eyes",
        409,
        "{by} proposed payout {payout_id}; somebody else has to approve it.",
        "{by} 提议了付款批次 {payout_id}，须由他人批准。",
    ),
    Problem("payout_not_approved", 409, "Payout {payout_id} is not approved.", "付款批次 {payout_id} 尚未批准。"),
    Problem("payout_was_approved", 409, "Payout {payout_id} was approved.", "付款批次 {payout_id} 已批准。"),
    Problem("statement_paid_twice", 422, "Payout {payout_id} names a statement twice.", "付款批次 {payout_id} 中有对账单重复出现。"),
    Problem(
        "payment_not_ordered",
        409,
        "{amount} is not on its way for statement {statement_id} by payout {payout_id}; {left} is.",
        "付款批次 {payout_id} 中对账单 {statement_id} 的在途金额为 {left}，而非 {amount}。",
    ),
    Problem(
        "bank_reference_was_used",
        409,
        "{bank_reference} is another payment, for statement {statement_id}.",
        "银行流水号 {bank_reference} 已用于对账单 {statement_id} 的另一笔付款。",
    ),
]

_FUNDS = [
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

_PROMOTIONS = [
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

_PRICE_SUPPORT = [
    Problem(
        "support_agreement_unknown",
        404,
        "There is no approved special price {agreement_id} of this partner here.",
        "该伙伴没有已批准的特价协议 {agreement_id}。",
    ),
    Problem(
        "support_agreement_fixed",
        409,
        "Special price {agreement_id} was approved and does not change any more; write a new one.",
        "特价协议 {agreement_id} 已批准，不能再更改；请另订新协议。",
    ),
    Problem(
        "support_four_eyes",
        409,
        "{by} wrote, claimed or approved it; somebody else has to go on.",
        "{by} 已起草、申报或批准该事项，须由他人继续办理。",
    ),
    Problem(
        "support_not_agreed",
        422,
        "Special price {agreement_id} is not for {sku} sold on {sold_on}.",
        "特价协议 {agreement_id} 不适用于 {sold_on} 售出的 {sku}。",
    ),
    Problem(
        "support_price_wrong",
        422,
        "{sku} may be claimed for at a price above {rate} and up to {most}, not {price}.",
        "{sku} 的申报价格应高于 {rate} 且不超过 {most}，不能为 {price}。",
    ),
    Problem(
        "support_exceeded",
        409,
        "Of {limit} {left} is left to claim, less than {amount}; what was claimed for once is not claimed again.",
        "{limit} 的可申报余额为 {left}，不足 {amount}；已申报的不能重复申报。",
    ),
    Problem("support_claim_unknown", 404, "There is no claim {claim_id} here.", "没有申报 {claim_id}。"),
    Problem(
        "support_claim_exists",
        409,
        "A claim {claim_id} with other facts was made; give the new one a number of its own.",
        "申报 {claim_id} 已登记且内容不同；请使用新的编号。",
    ),
    Problem(
        "support_claim_step_wrong",
        409,
        "Claim {claim_id} is {status}: this cannot be done with it any more, or not yet.",
        "申报 {claim_id} 的状态为 {status}，不能进行此操作。",
    ),
    Problem("price_change_unknown", 404, "There is no change of a price {change_id} here.", "没有调价 {change_id}。"),
    Problem(
        "price_change_exists",
        409,
        "A change {change_id} with other facts was recorded; give the new one a number of its own.",
        "调价 {change_id} 已登记且内容不同；请使用新的编号。",
    ),
    Problem("stock_rotation_unknown", 404, "There is no stock rotation {rotation_id} here.", "没有库存轮换 {rotation_id}。"),
    Problem(
        "stock_rotation_exists",
        409,
        "A stock rotation {rotation_id} with other facts was opened; give the new one a number of its own.",
        "库存轮换 {rotation_id} 已登记且内容不同；请使用新的编号。",
    ),
    Problem(
        "stock_rotation_over",
        409,
        "Stock is given back by {rotation_id} from {first} to {last}.",
        "库存轮换 {rotation_id} 仅在 {first} 至 {last} 接受退换。",
    ),
]

_POINTS = [
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
    Problem("points_unknown", 404, "{payee_id} has no points of {programme_id}.", "{payee_id} 在 {programme_id} 中没有积分。"),
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

PROBLEMS = ProblemCatalogue(
    [
        PARTNER_UNKNOWN,
        *_PLANS,
        *_SETTLEMENT,
        *_FUNDS,
        *_PROMOTIONS,
        *_PRICE_SUPPORT,
        *_POINTS,
        Problem(
            "quota_days_reversed", 422, "The quota ends on {last}, before it begins on {first}.", "指标于 {last} 结束，早于开始日 {first}。"
        ),
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
            "shares_invalid",
            422,
            "Shares are at least 0 and not all 0, and what is split is a whole number of the currency's smallest unit.",
            "份额应不小于 0 且不全为 0，被拆分的金额须为该货币最小单位的整数倍。",
        ),
    ]
)
