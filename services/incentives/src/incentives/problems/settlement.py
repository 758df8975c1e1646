"""What periods, statements, disputes and payouts refuse."""

from channel_service import Problem

SETTLEMENT = [
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
    Problem(
        "statement_not_settled",
        409,
        "Something of statement {statement_id} is still owed; a credit note is of what was paid.",
        "对账单 {statement_id} 尚有未结余额；结清后方可开具折让单。",
    ),
    Problem(
        "nothing_to_credit",
        409,
        "Nothing of statement {statement_id} was paid: there is nothing to issue a credit note of.",
        "对账单 {statement_id} 没有已支付金额，无需开具折让单。",
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
