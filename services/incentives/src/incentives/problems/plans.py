"""What plans, runs of them over the past, and assignments of them refuse."""

from channel_service import Problem

PLANS = [
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
    Problem("plan_retired", 409, "Plan {plan_id} was retired on {retired_on}.", "方案 {plan_id} 已于 {retired_on} 停用。"),
    Problem(
        "plan_not_run",
        409,
        "Version {version} of plan {plan_id} has a budget of {budget}; run it over the past first.",
        "方案 {plan_id} 第 {version} 版设有预算 {budget}；请先用历史数据试算。",
    ),
    Problem(
        "plan_over_budget",
        409,
        "Over the past version {version} of plan {plan_id} comes to {total}, more than its budget of {budget}.",
        "方案 {plan_id} 第 {version} 版按历史数据试算为 {total}，超出预算 {budget}。",
    ),
    Problem("what_if_unknown", 404, "There is no run {run_id} over the past.", "没有历史试算 {run_id}。"),
    Problem(
        "what_if_exists",
        409,
        "Run {run_id} is about other things; give the new one an id of its own.",
        "历史试算 {run_id} 已存在且内容不同；请使用新的编号。",
    ),
    Problem(
        "assignment_unknown", 404, "Plan {plan_id} is not assigned to {payee} {payee_id}.", "方案 {plan_id} 未分配给 {payee} {payee_id}。"
    ),
]
