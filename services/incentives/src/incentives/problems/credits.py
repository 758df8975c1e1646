"""What is refused of who is credited with what."""

from channel_service import Problem

CREDITS = [
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
]
