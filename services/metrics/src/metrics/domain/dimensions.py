"""What facts are asked by. Those of an order are stamped on each of its events as they were when the order was placed."""

from metrics.domain.facts import CURRENCY, PARTNER, Dimension

ORDER_ID = Dimension("order_id", "Order, or credit note.", "direct:1001")
LINE_ID = Dimension("line_id", "Line of the order.", "1", by_line=True, optional=True)
OF_PARTNER = Dimension(PARTNER, "Partner ids.", "p-1001", field="partner_id", tree="Partners and all under them, on the fact's date.")
OF_CURRENCY = Dimension(CURRENCY, "Currencies.", "CNY")
OF_ORDER = (
    OF_PARTNER,
    Dimension("channel_type", "Channel types.", "retailer"),
    Dimension("segment", "Segments.", "Specialty Bike Shop", optional=True),
    Dimension("territory", "Territories as stamped on the order.", "CN-E", tree="Territories and all under them, on the fact's date."),
    Dimension("sales_rep", "Sales representatives.", "282", optional=True, many=True),
    Dimension("source", "Where the order came from.", "direct"),
    Dimension("warehouse", "Warehouses.", "sh", optional=True),
    OF_CURRENCY,
)
OF_LINE = (
    Dimension("product", "SKUs.", "PEN-01", by_line=True, optional=True),
    Dimension("product_category", "Product categories, as they were on the fact's date.", "bikes", optional=True, through="product"),
)
