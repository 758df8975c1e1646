"""Refusals about who is credited with what, exchange, and runs over the past."""

from channel_service import Problem

CREDITS = [
    Problem("order_unknown", 404, "Nothing of order {order_id} is the payee's here.", "没有归属该收款方的订单 {order_id}。"),
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
        "superior_begun",
        409,
        "{payee_id} is under somebody since {since}; say who is above from then on instead.",
        "{payee_id} 自 {since} 起的上级已生效；请改为登记该日起的新上级。",
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
]
