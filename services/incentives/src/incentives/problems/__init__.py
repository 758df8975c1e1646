"""What incentives refuses, by stable codes."""

from channel_service import Problem, ProblemCatalogue
from channel_service.partners import PARTNER_UNKNOWN

from incentives.problems.credits import CREDITS
from incentives.problems.funds import FUNDS
from incentives.problems.points import POINTS
from incentives.problems.price_support import PRICE_SUPPORT
from incentives.problems.promotions import PROMOTIONS

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
    Problem(
        "plan_pays_others",
        409,
        "Plan {plan_id} pays {pays}, for ever, not {payee}; others need a plan of their own.",
        "方案 {plan_id} 的收款方类型固定为 {pays}，而非 {payee}；其他类型请另立方案。",
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

PROBLEMS = ProblemCatalogue(
    [
        PARTNER_UNKNOWN,
        *_PLANS,
        Problem("days_reversed", 422, "It ends on {last}, before it begins on {first}.", "于 {last} 结束，早于开始日 {first}。"),
        *CREDITS,
        *_SETTLEMENT,
        *FUNDS,
        *PROMOTIONS,
        *PRICE_SUPPORT,
        *POINTS,
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
