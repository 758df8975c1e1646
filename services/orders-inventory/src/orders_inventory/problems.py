"""What orders-inventory refuses, by stable codes."""

from channel_service import Problem, ProblemCatalogue
from channel_service.importing import IMPORT_PROBLEMS

_PARTNERS = [
    Problem(
        "partner_unknown",
        409,
        "Partner {partner_id} is not known here yet; check the id, or try again when partner-registry's events have arrived.",
        "此处尚无合作伙伴 {partner_id} 的资料；请核对编号，或待合作伙伴中心的事件到达后重试。",
        retryable=True,
    ),
    Problem(
        "partner_not_active",
        409,
        "Partner {partner_id} is {status}, not active yet; activate it in partner-registry, then try again.",
        "合作伙伴 {partner_id} 的状态为 {status}，尚未激活；请先在合作伙伴中心激活后重试。",
        retryable=True,
    ),
    Problem(
        "partner_suspended",
        409,
        "Partner {partner_id} is suspended and cannot order; reinstate it in partner-registry first.",
        "合作伙伴 {partner_id} 已暂停，不能下单；请先在合作伙伴中心恢复。",
    ),
]

_CATALOGUE = [
    Problem(
        "product_unknown",
        409,
        "SKU {sku} is not known here yet; define it with PUT /v1/products/{sku}, or check it.",
        "此处尚无商品 {sku}；请通过 PUT /v1/products/{sku} 定义，或核对编码。",
        retryable=True,
    ),
    Problem(
        "warehouse_unknown",
        409,
        "Warehouse {warehouse} is not known here yet; define it with PUT /v1/warehouses/{warehouse}, or check it.",
        "此处尚无仓库 {warehouse}；请通过 PUT /v1/warehouses/{warehouse} 定义，或核对代码。",
        retryable=True,
    ),
    Problem(
        "sku_invalid",
        422,
        "{sku} is no SKU: 1 to 64 printable characters without blanks around them.",
        "{sku} 不是有效的商品编码：应为 1 至 64 个可打印字符，首尾不含空格。",
    ),
    Problem(
        "warehouse_invalid",
        422,
        "{warehouse} is no warehouse code: 1 to 40 letters, digits, '_', '.' and '-'.",
        "{warehouse} 不是有效的仓库代码：应为 1 至 40 个字母、数字、'_'、'.' 或 '-'。",
    ),
    Problem(
        "price_list_invalid",
        422,
        "{price_list} is no code of a price list: 1 to 40 letters, digits, '_', '.' and '-'.",
        "{price_list} 不是有效的价目表代码：应为 1 至 40 个字母、数字、'_'、'.' 或 '-'。",
    ),
    Problem(
        "price_invalid",
        422,
        "The price is {unit_price}: it must be at least 0 and below 10^15, with at most 10 decimals.",
        "价格为 {unit_price}：应不小于 0 且低于 10^15，最多 10 位小数。",
    ),
    Problem(
        "price_not_planned",
        409,
        "For SKU {sku} no price is planned from {valid_from} on that could be withdrawn; look at the list. What holds already is replaced.",
        "商品 {sku} 没有自 {valid_from} 起计划且可撤回的价格；请查看价目表。已生效的价格只能被替换。",
    ),
    Problem(
        "count_below_reserved",
        409,
        "Of SKU {sku} {counted} units were counted in {warehouse}; that leaves {left} now, but {reserved} are promised to orders: "
        "cancel some of those first.",
        "仓库 {warehouse} 中商品 {sku} 盘点为 {counted} 件，现余 {left} 件，但已有 {reserved} 件预留给订单；请先取消部分订单。",
    ),
    Problem(
        "count_too_late",
        409,
        "Of SKU {sku} too much has moved in {warehouse} since {on}; count it again, for {earliest} or a later day.",
        "仓库 {warehouse} 中商品 {sku} 自 {on} 以来变动过多；请以 {earliest} 或之后的日期重新盘点。",
    ),
    Problem(
        "stock_insufficient",
        409,
        "Of SKU {sku} only {available} units are available in {warehouse}, {wanted} are wanted.",
        "仓库 {warehouse} 中商品 {sku} 仅有 {available} 件可用，需要 {wanted} 件。",
    ),
    Problem(
        "stock_not_reserved",
        409,
        "Of SKU {sku} only {reserved} units are reserved in {warehouse}, {wanted} are wanted; look at the order again.",
        "仓库 {warehouse} 中商品 {sku} 仅预留了 {reserved} 件，需要 {wanted} 件；请重新查看订单。",
    ),
]

_ORDERS = [
    Problem(
        "order_unknown",
        404,
        "There is no such order; check its id, which is source:external_id.",
        "没有该订单；请核对编号（来源:外部编号）。",
    ),
    Problem(
        "order_exists",
        409,
        "Order {order_id} was placed with other facts; an order's number is used once for ever.",
        "订单 {order_id} 已以不同内容下单；同一来源的订单编号只能使用一次。",
    ),
    Problem("order_is_cancelled", 409, "The whole order is cancelled; place a new one.", "该订单已全部取消；请重新下单。"),
    Problem("order_not_confirmed", 409, "The order is not confirmed; confirm it before it is shipped.", "该订单尚未确认；请先确认再发货。"),
    Problem("nothing_to_ship", 409, "Nothing of it is left to ship.", "没有可发货的数量。"),
    Problem("nothing_to_deliver", 409, "Nothing of the order was shipped yet.", "该订单尚未发货。"),
    Problem(
        "nothing_to_cancel",
        409,
        "Nothing of it is left to cancel: what is shipped can only be returned.",
        "没有可取消的数量：已发货的只能退货。",
    ),
    Problem("nothing_to_return", 409, "Nothing of it is with the customer to be returned.", "没有可退货的数量。"),
    Problem(
        "shipment_unknown",
        409,
        "The order has {shipments} shipments, none is number {shipment}.",
        "该订单共有 {shipments} 次发货，没有第 {shipment} 次。",
    ),
    Problem(
        "date_before_order",
        409,
        "{on} lies before the order's own date, {placed_on}; give that day or a later one.",
        "{on} 早于订单日期 {placed_on}；请使用该日或之后的日期。",
    ),
    Problem(
        "date_before_step",
        409,
        "The date {on} lies before {before}, the day of the step that this one follows; give {before} or a later day.",
        "日期 {on} 早于其前一步骤的日期 {before}；请使用 {before} 或之后的日期。",
    ),
    Problem(
        "date_not_open",
        409,
        "The date {on} lies outside of {month}, the month that is open for orders; leave the date out, or ask the brand to enter it.",
        "日期 {on} 不在当前可下单的月份 {month} 内；请省略日期，或请品牌方录入该订单。",
    ),
    Problem(
        "price_not_set",
        409,
        "Line {line_id} costs nothing, but no price list gives {sku} for nothing; send its price, or ask the brand to enter the order.",
        "订单行 {line_id} 的金额为 0，但没有价目表将 {sku} 定为 0；请填写价格，或请品牌方录入该订单。",
    ),
    Problem(
        "reference_used",
        409,
        "The reference {reference} was used before for something else; give this one a reference of its own.",
        "引用号 {reference} 此前已用于其他内容；请为此次使用新的引用号。",
    ),
    Problem(
        "source_not_yours",
        403,
        "Numbers of the source {source} are not yours to give; leave the source out to use your own.",
        "不能使用来源 {source} 的编号；请省略 source，以使用您自己的编号。",
    ),
    Problem(
        "line_not_clear",
        409,
        "{lines} lines of the order have the SKU {sku}; name the line by its line_id.",
        "订单中有 {lines} 行的 SKU 为 {sku}；请用 line_id 指明订单行。",
    ),
    Problem(
        "source_invalid",
        422,
        "{source} is no source: 1 to 40 lower-case letters, digits, '_' and '-'.",
        "{source} 不是有效的来源：应为 1 至 40 个小写字母、数字、'_' 或 '-'。",
    ),
    Problem(
        "external_id_invalid",
        422,
        "{external_id} is no order number: 1 to 100 visible characters without blanks, / ? % or :.",
        "{external_id} 不是有效的订单编号：应为 1 至 100 个可见字符，不含空格、/ ? % 和 :。",
    ),
]

_CREDITS = [
    Problem(
        "credit_unknown",
        404,
        "There is no such credit note; check its id, which is source:external_id.",
        "没有该贷项凭证；请核对编号（来源:外部编号）。",
    ),
    Problem(
        "credit_exists",
        409,
        "Credit note {credit_id} was taken with other facts; a note's number is used once for ever.",
        "贷项凭证 {credit_id} 已以不同内容登记；同一来源的凭证编号只能使用一次。",
    ),
    Problem(
        "amount_invalid",
        422,
        "The amount is {amount}: it must be above 0 and below 10^15, with at most 10 decimals.",
        "金额为 {amount}：应大于 0 且低于 10^15，最多 10 位小数。",
    ),
]

_LINES = [
    Problem("currency_invalid", 422, "{currency} is no currency of ISO 4217, like CNY.", "{currency} 不是 ISO 4217 货币代码，如 CNY。"),
    Problem(
        "currency_mismatch",
        422,
        "Line {line_id} is in {currency}, the order in {order_currency}; an order has one currency.",
        "订单行 {line_id} 的货币为 {currency}，订单货币为 {order_currency}；一张订单只能使用一种货币。",
    ),
    Problem("line_count_invalid", 422, "An order has 1 to {most} lines, not {lines}.", "一张订单应有 1 至 {most} 行，而不是 {lines} 行。"),
    Problem(
        "line_id_invalid",
        422,
        "{line_id} is no name of a line: 1 to 64 visible characters without blanks, / ? % or :.",
        "{line_id} 不是有效的行编号。",
    ),
    Problem("line_repeated", 422, "A line is named more than once.", "同一行被多次引用。"),
    Problem("line_unknown", 409, "The order has no line {line_id}.", "该订单没有编号为 {line_id} 的行。"),
    Problem(
        "quantity_invalid",
        422,
        "A quantity is a whole number from 1 to {most}, not {quantity}.",
        "数量应为 1 至 {most} 的整数，而不是 {quantity}。",
    ),
    Problem(
        "quantity_exceeds_line",
        409,
        "Of line {line_id} only {left} units are left, {wanted} are wanted.",
        "订单行 {line_id} 仅剩 {left} 件，需要 {wanted} 件。",
    ),
    Problem(
        "unit_price_invalid",
        422,
        "The price of line {line_id} is {unit_price}: it must be at least 0, with at most 10 decimals, the line below 10^15.",
        "订单行 {line_id} 的单价为 {unit_price}：应不小于 0，最多 10 位小数，整行金额低于 10^15。",
    ),
    Problem(
        "discount_invalid",
        422,
        "The discount of line {line_id} is {discount}: it must be between 0 and the line's {gross}, with at most 10 decimals.",
        "订单行 {line_id} 的折扣为 {discount}：应介于 0 与整行金额 {gross} 之间，最多 10 位小数。",
    ),
]

_SOURCES = [
    Problem(
        "source_unknown",
        404,
        "There is no source {source}; define it with PUT /v1/sources/{source}.",
        "没有来源 {source}；请通过 PUT /v1/sources/{source} 定义。",
    ),
    Problem(
        "platform_unknown",
        422,
        "There is no connector for the platform {platform}; there are some for {known}, and any other may send CloudEvents.",
        "没有平台 {platform} 的连接器；现有：{known}。其他平台可发送 CloudEvents。",
    ),
    Problem(
        "source_platform_fixed",
        409,
        "Source {source} is a {platform} source for ever; define another one.",
        "来源 {source} 的平台固定为 {platform}；请另行定义来源。",
    ),
    Problem(
        "source_of_partner",
        403,
        "Source {source} is that of partner {partner_id}, which tells of its own orders only: products and stock are told by a source of "
        "the brand's own, without a partner.",
        "来源 {source} 属于合作伙伴 {partner_id}，只能传送其自身的订单；商品与库存请由品牌方未绑定合作伙伴的来源传送。",
    ),
    Problem(
        "source_inactive",
        403,
        "Source {source} is set inactive, so nothing is taken from it; set it active again first.",
        "来源 {source} 已停用，不再接收其推送；请先重新启用。",
    ),
    Problem(
        "push_unsigned",
        401,
        "The push is not signed with a secret that counts for this source; check the secret, and that the body is sent as it was signed.",
        "该推送未使用此来源的有效密钥签名；请核对密钥，并确保发送的内容与签名时一致。",
    ),
    Problem(
        "push_id_reused",
        409,
        "A push with this id was kept before with another body; each message has an id of its own.",
        "此编号的推送此前已以不同内容接收；每条消息应有自己的编号。",
    ),
    Problem("push_unknown", 404, "There is no such push.", "没有该推送。"),
    Problem(
        "secrets_key_missing",
        503,
        "This service cannot seal or open secrets: an operator has to set QUDAO_SECRETS_KEY to the key they are sealed with.",
        "服务无法加密或解密密钥：请运维人员将 QUDAO_SECRETS_KEY 设置为加密所用的密钥。",
    ),
]

PROBLEMS = ProblemCatalogue([*_PARTNERS, *_CATALOGUE, *_ORDERS, *_CREDITS, *_LINES, *_SOURCES]) | IMPORT_PROBLEMS
