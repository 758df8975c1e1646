"""What a WooCommerce body means: orders, deletions, refunds; and what cannot be read is refused with a reason, never guessed."""

import copy
import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from channel_events import Rejected
from msgspec.structs import replace
from orders_inventory.application.platforms import CONNECTORS
from orders_inventory.connectors import Delivery
from orders_inventory.connectors.meaning import Meaning, MoneyBack, Nothing, OrderGone, Refund, Stage, WholeOrder
from orders_inventory.domain.order import Wanted
from orders_inventory.domain.source import SkuFallback, SkuRule

from .pushing import COMPLETED, NOW, SETTINGS, order, raw, refund, topic_of


def read(body: Any, *, topic: str | None = None, received: datetime = NOW, **settings: Any) -> Meaning:
    headers = {"x-wc-webhook-topic": topic or (topic_of(body) if isinstance(body, dict) else "order.updated")}
    return CONNECTORS["woocommerce"].interpret(Delivery(headers, raw(body)), replace(SETTINGS, **settings), received)


def whole(body: Any, **how: Any) -> WholeOrder:
    meaning = read(body, **how)
    assert isinstance(meaning, WholeOrder)
    return meaning


def refused(body: Any, **how: Any) -> Rejected:
    with pytest.raises(Rejected) as refusal:
        read(body, **how)
    return refusal.value


def with_line(**changes: Any) -> dict[str, Any]:
    body = order()
    body["line_items"][1] |= changes
    return body


def test_an_order_has_its_lines_in_exact_money_and_its_day_in_the_shops_zone() -> None:
    seen = whole(order())
    assert (seen.external_id, seen.stage, seen.currency) == ("727", Stage.CONFIRMED, "USD")
    assert seen.placed_on == date(2017, 3, 23)  # 19:28 in Greenwich is the next day in Shanghai
    assert whole(order(), zone="America/New_York").placed_on == date(2017, 3, 22)
    assert [(one.line_id, one.sku, one.quantity, one.unit_price, one.discount) for one in seen.lines] == [
        ("315", "woo-93", 2, Decimal("3.00"), Decimal("0.00")),
        ("316", "Bar3", 1, Decimal("12.00"), Decimal("0.00")),
    ]


def test_a_time_without_greenwich_is_in_the_shops_zone() -> None:
    assert whole(order(date_created_gmt=None)).placed_on == date(2017, 3, 22)


def test_what_does_not_divide_keeps_its_net_exactly() -> None:
    line = whole(with_line(quantity=3, subtotal="10.00", total="9.00")).lines[1]
    assert line.unit_price == Decimal("3.3333333334")
    assert 3 * line.unit_price - line.discount == Decimal("9.00")


@pytest.mark.parametrize(
    ("status", "stage"),
    [
        ("pending", Stage.NOT_ORDERED),
        ("failed", Stage.NOT_ORDERED),
        ("checkout-draft", Stage.NOT_ORDERED),
        ("on-hold", Stage.PLACED),
        ("processing", Stage.CONFIRMED),
        ("completed", Stage.DELIVERED),
        ("cancelled", Stage.CANCELLED),
        ("refunded", Stage.TAKEN_BACK),
    ],
)
def test_each_status_is_a_stage(status: str, stage: Stage) -> None:
    assert whole(order(status=status)).stage is stage


@pytest.mark.parametrize(("status", "ordered"), [("pending", False), ("cancelled", False), ("on-hold", True), ("completed", True)])
def test_what_was_never_paid_was_an_order_only_while_the_shop_says_so(status: str, ordered: bool) -> None:
    assert whole(order(status=status, date_paid_gmt=None)).was_ordered is ordered
    assert whole(order(status=status)).was_ordered


def test_later_contents_have_greater_versions_and_of_one_second_the_one_further_on() -> None:
    created, paid, completed = whole(order(status="on-hold")), whole(order()), whole(order(**COMPLETED))
    assert created.version < paid.version < completed.version
    assert completed.was_delivered
    gone = read({"id": 727})
    assert isinstance(gone, OrderGone)
    assert completed.version < gone.version
    assert whole(order(date_modified_gmt="2026-05-03T09:00:01")).version > gone.version


def test_a_refund_names_its_order_in_a_link_and_its_lines_by_their_ids() -> None:
    back = read(refund((315, 1)))
    assert isinstance(back, Refund)
    assert (back.external_id, back.entity, back.lines) == ("727", "refund:726", (Wanted("315", 1),))


def test_a_line_of_a_refund_without_a_link_to_its_line_is_named_by_its_sku() -> None:
    body = refund((315, 1))
    body["line_items"][0] |= {"sku": "Bar3", "meta_data": []}
    assert read(body).lines == (Wanted(None, 1, "Bar3"),)  # type: ignore[union-attr]


def test_a_refund_without_items_is_money_but_for_shipping_and_fees() -> None:
    back = read(refund())
    assert isinstance(back, Refund)
    assert (back.lines, back.money, back.number) == ((), MoneyBack(Decimal("10.00")), "refund-726")
    shipping = [{"total": "-3.00", "total_tax": "-0.60"}]
    assert read(refund() | {"shipping_lines": shipping}).money == MoneyBack(Decimal("6.40"))  # type: ignore[union-attr]
    assert read(refund() | {"amount": "3.60", "shipping_lines": shipping}) == Nothing("refund_of_other", "refund:726")


def test_an_item_of_a_refund_without_units_is_money_of_its_line() -> None:
    body = refund((315, 0), (316, 1))
    assert read(body).money == MoneyBack(Decimal("1.00"), "315")  # type: ignore[union-attr]
    assert read(body).lines == (Wanted("316", 1),)  # type: ignore[union-attr]
    assert read(refund((315, 0), (316, 0))).money == MoneyBack(Decimal("2.00"))  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("topic", "body"),
    [("order.deleted", order()), ("order.updated", {"id": 727}), ("order.created", {"id": 727})],
    ids=["deleted", "updated", "created"],
)
def test_a_topic_is_not_signed_so_it_can_only_contradict_the_body(topic: str, body: dict[str, Any]) -> None:
    assert refused(body, topic=topic).code == "topic_disagrees"


def test_other_topics_are_not_read() -> None:
    assert read({"id": 5}, topic="customer.deleted") == Nothing("topic_not_used")


@pytest.mark.parametrize(
    ("rule", "sku", "found"), [(SkuRule.PRODUCT_ID, "woo-", "woo-93"), (SkuRule.FIXED, "OTHER", "OTHER")], ids=["product", "fixed"]
)
def test_an_empty_sku_is_filled_in_as_the_source_says(rule: SkuRule, sku: str, found: str) -> None:
    assert whole(order(), sku_fallback=SkuFallback(rule, sku)).lines[0].sku == found


HAZARDS: list[tuple[str, Any, str]] = [
    ("null amount", with_line(total=None), "amount_invalid"),
    ("missing amount", {**order(), "line_items": [{"id": 1, "quantity": 1, "sku": "A"}]}, "amount_invalid"),
    ("float with the noise of binary", with_line(total=0.1 + 0.2), "amount_invalid"),
    ("amount in words", with_line(total="twelve"), "amount_invalid"),
    ("amount with an exponent", with_line(total="1e5"), "amount_invalid"),
    ("amount with an underscore", with_line(total="1_2"), "amount_invalid"),
    ("amount in other digits", with_line(total="１２"), "amount_invalid"),
    ("amount of NaN", with_line(total="NaN"), "amount_invalid"),
    ("amount of 40 digits", with_line(total="9" * 40), "amount_invalid"),
    ("number of 100,000 digits", raw(order()).replace(b'"total": "12.00"', b'"total": ' + b"9" * 100_000), "amount_invalid"),
    ("a name twice", raw(order()).replace(b'"price": 12', b'"total": "1.00"'), "push_unreadable"),
    ("no time at all", order(date_created_gmt=None, date_created=None), "time_invalid"),
    ("no time of change", order(date_modified_gmt=None), "time_invalid"),
    ("time that is none", order(date_created_gmt="2017-02-30T00:00:00"), "time_invalid"),
    ("time in seconds", order(date_created_gmt=1490210882), "push_unreadable"),
    ("year 9999", order(date_created_gmt="9999-12-31T23:59:59"), "time_invalid"),
    ("empty sku", {**order(), "sku_fallback": SkuFallback()}, "sku_missing"),
    ("unknown status", order(status="shipped-by-owl"), "status_unknown"),
    ("null status", order(status=None), "push_unreadable"),
    ("id as text", order(id="727"), "push_unreadable"),
    ("id as a float", order(id=7.27e2), "push_unreadable"),
    ("id of 5,000 digits", raw(order()).replace(b'"id": 727', b'"id": ' + b"9" * 5000), "push_unreadable"),
    ("quantity negative", with_line(quantity=-1), "quantity_invalid"),
    ("quantity as text", with_line(quantity="1"), "push_unreadable"),
    ("half a unit", with_line(quantity=0.5), "push_unreadable"),
    ("lines null", order(line_items=None), "push_unreadable"),
    ("null", b"null", "push_unreadable"),
    ("a list", b"[]", "push_unreadable"),
    ("nothing", b"", "push_unreadable"),
    ("half of it", raw(order())[:200], "push_unreadable"),
    ("not JSON", b"<xml/>", "push_unreadable"),
    ("not UTF-8", raw(order()).replace(b'"USD"', b'"\xff"'), "push_unreadable"),
    ("NaN in JSON", raw(order()).replace(b'"price": 12', b'"price": NaN'), "push_unreadable"),
    ("half a surrogate", raw(order()).replace(b'"USD"', b'"\\ud800"'), "push_unreadable"),
    ("nested 20,000 deep", b'{"id": 1, "status": ' + b"[" * 20_000 + b"]" * 20_000 + b"}", "push_unreadable"),
    ("a refund of nothing", refund((315, 1)) | {"_links": {}}, "refund_of_nothing"),
    ("a refund with a strange link", refund((315, 1)) | {"_links": {"up": [{"href": "javascript:1"}]}}, "refund_of_nothing"),
]


@pytest.mark.parametrize(("body", "code"), [one[1:] for one in HAZARDS], ids=[one[0] for one in HAZARDS])
def test_what_cannot_be_read_has_a_reason(body: Any, code: str) -> None:
    settings = (
        {"sku_fallback": body.pop("sku_fallback")} if isinstance(body, dict) and "sku_fallback" in (body := copy.deepcopy(body)) else {}
    )
    assert refused(body, **settings).code == code


def test_a_refusal_repeats_nothing_of_the_body() -> None:
    body = json.dumps(order()).replace('"first_name": "John"', '"first_name": John Doe').encode()
    assert "John" not in str(refused(body))


@pytest.mark.parametrize(
    ("changes", "price"),
    [({"total": 12.5, "subtotal": 12.5}, "12.5"), ({"total": "12.000000", "subtotal": "12.000000"}, "12"), ({"total": "-0.00"}, "12.00")],
    ids=["float", "six decimals", "negative zero"],
)
def test_amounts_are_read_exactly_as_written(changes: dict[str, Any], price: str) -> None:
    line = whole(with_line(**changes)).lines[1]
    assert line.unit_price == Decimal(price)
    assert line.quantity * line.unit_price - line.discount == Decimal(str(changes["total"]))
    assert not line.discount.is_signed()


def test_ids_beyond_2_to_53_stay_what_they_are() -> None:
    assert whole(order(id=820982911946154508)).external_id == "820982911946154508"
    assert whole(with_line(id=6142200092063758446)).lines[1].line_id == "6142200092063758446"


def test_emoji_customer_0_and_unknown_fields_do_not_matter() -> None:
    assert whole(order(customer_note="🎁 谢谢", customer_id=0, brand_new_field=[1])).lines == whole(order()).lines


def test_ordinary_quantities_of_shops_are_taken() -> None:
    assert whole(with_line(quantity=2.0, subtotal="24.00", total="24.00")).lines[1].quantity == 2
    assert [one.line_id for one in whole(with_line(quantity=0, subtotal="0", total="0")).lines] == ["315"]
    body = refund((315, 2))
    body["line_items"][0]["quantity"] = -2.0
    assert read(body).lines == (Wanted("315", 2),)  # type: ignore[union-attr]
