"""What claims for the support of prices are refused for."""

from channel_service import Problem

PRICE_SUPPORT = [
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
        "support_withdrawn",
        409,
        "{subject} was withdrawn on {withdrawn_on}: nothing is claimed or approved by it any more.",
        "{subject} 已于 {withdrawn_on} 撤回，不能再据此申报或批准。",
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
    Problem("price_protection_unknown", 404, "There is no protection of a price {protection_id} here.", "没有价格保护 {protection_id}。"),
    Problem(
        "price_protection_exists",
        409,
        "A protection {protection_id} with other facts was opened; give the new one a number of its own.",
        "价格保护 {protection_id} 已登记且内容不同；请使用新的编号。",
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
