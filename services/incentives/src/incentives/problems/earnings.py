"""What is refused where earnings are asked for."""

from channel_service import Problem

EARNINGS = [
    Problem(
        "order_line_unknown",
        404,
        "Nothing is known of line {line_id} of order {order_id} here.",
        "没有订单 {order_id} 明细 {line_id} 的记录。",
    ),
    Problem("entry_unknown", 404, "There is no entry {entry_id} here.", "没有分录 {entry_id}。"),
    Problem("order_unknown", 404, "Nothing of order {order_id} is the payee's here.", "没有归属该收款方的订单 {order_id}。"),
]
