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
    Problem("plan_not_approved", 409, "No version of plan {plan_id} was ever approved.", "方案 {plan_id} 尚无已批准的版本。"),
    Problem("entry_unknown", 404, "There is no entry {entry_id} here.", "没有分录 {entry_id}。"),
    Problem("plan_retired", 409, "Plan {plan_id} was retired on {retired_on}.", "方案 {plan_id} 已于 {retired_on} 停用。"),
]

_CREDITS = [
    Problem("assignment_unknown", 404, "Plan {plan_id} is not assigned to {payee_id}.", "方案 {plan_id} 未分配给 {payee_id}。"),
    Problem(
        "responsibility_days_reversed",
        422,
        "The responsibility ends on {last}, before it begins on {first}.",
        "责任期于 {last} 结束，早于开始日 {first}。",
    ),
    Problem(
        "responsibility_twice",
        409,
        "On {day} {payee_id} would be responsible for {territory} twice; end the other one first, or choose other days.",
        "{payee_id} 在 {day} 对 {territory} 的责任重复；请先结束另一项，或选择其他日期。",
    ),
    Problem(
        "responsibility_too_much",
        409,
        "On {day} the shares of {territory} would come to {whole}: more than all of it has to be said to be an overlay.",
        "{territory} 在 {day} 的份额之和将为 {whole}；超过全部的份额须声明为叠加。",
    ),
    Problem(
        "superior_ring",
        409,
        "{payee_id} cannot be under {above}, who is or will be under {payee_id}.",
        "{payee_id} 不能位于 {above} 之下，因为后者现在或将来位于前者之下。",
    ),
    Problem(
        "exchange_rate_exists",
        409,
        "One {base} is {rate} {quote} on {day} already, and what was paid at it stays; tell the new rate for a later day.",
        "{day} 的汇率已登记为 1 {base} = {rate} {quote}，已按其支付的不再变动；请为之后的日期登记新汇率。",
    ),
    Problem(
        "price_change_exists",
        409,
        "A change of the price of {sku} in {currency} on {day} with other prices is recorded.",
        "{sku} 在 {day} 的 {currency} 调价已登记且价格不同。",
    ),
]

PROBLEMS = ProblemCatalogue(
    [
        PARTNER_UNKNOWN,
        *_PLANS,
        *_CREDITS,
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
