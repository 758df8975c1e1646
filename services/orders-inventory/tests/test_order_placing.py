from datetime import date
from decimal import Decimal

import pytest
from msgspec.structs import replace
from orders_inventory.domain.order import AsPlaced, BringOrder, OrderingPartner, Placement

from .examples import FOUR_B, MAY_1, MAY_2, MAY_3, P1, TEN_A, knowing, new_line, place, placed


def with_status(status: str) -> OrderingPartner:
    return replace(P1, status=status)


def test_placing_writes_the_order_with_the_partner_as_it_is_known_now() -> None:
    knowing().when(place()).then(placed())


def test_an_order_without_a_business_date_is_of_today() -> None:
    knowing().when(place(on=None)).then(placed(occurred_on=MAY_3))


def test_an_imported_order_of_a_suspended_partner_is_accepted_and_flagged() -> None:
    knowing(partner=with_status("suspended"), imported=True).when(place()).then(placed(imported=True, flags=("partner_suspended",)))


def test_a_suspended_partner_cannot_order_directly() -> None:
    knowing(partner=with_status("suspended")).when(place()).then_rejected("partner_suspended", partner_id="p1")


@pytest.mark.parametrize("imported", [True, False])
@pytest.mark.parametrize("status", ["applied", "approved"])
def test_a_partner_orders_only_once_active(status: str, imported: bool) -> None:
    knowing(partner=with_status(status), imported=imported).when(place()).then_rejected(
        "partner_not_active", partner_id="p1", status=status
    )


def test_a_partner_that_is_not_known_here_cannot_order() -> None:
    knowing(partner=None).when(place()).then_rejected("partner_unknown", partner_id="p1")


def test_an_order_carries_the_territory_of_its_own_date() -> None:
    moved = replace(P1, places=(Placement(date.min, "CN-31"), Placement(MAY_3, "CN-11")))
    for on, territory in ((MAY_1, "CN-31"), (MAY_2, "CN-31"), (MAY_3, "CN-11")):
        knowing(partner=moved).when(place(on=on)).then(placed(occurred_on=on, territory=territory))


def test_an_order_that_was_placed_stays_the_same_order_whatever_became_of_the_partner() -> None:
    knowing(placed(), partner=None).when(place()).then_nothing()


def test_lines_keep_the_sender_s_names_or_get_their_number() -> None:
    lines = (new_line(line_id="x"), new_line(sku="B", quantity=4, unit_price=Decimal(20), discount=Decimal(0)))
    named = type(TEN_A)("x", "A", 10, Decimal("9.90"), Decimal("1.00"))
    knowing().when(place(*lines)).then(placed(lines=(named, FOUR_B)))


def test_the_same_order_again_changes_nothing() -> None:
    knowing(placed()).when(place()).then_nothing()


def test_the_same_order_again_without_a_date_is_the_same_order_on_any_day() -> None:
    knowing(placed()).when(place(on=None)).then_nothing()


def test_what_we_know_of_the_partner_may_have_changed_meanwhile() -> None:
    moved = OrderingPartner("p1", "distributor", None, "active", (Placement(MAY_1, "CN-11"),))
    knowing(placed(), partner=moved).when(place()).then_nothing()


@pytest.mark.parametrize(
    "other",
    [
        {"currency": "USD"},
        {"warehouse": "bj"},
        {"sales_rep": None},
        {"on": MAY_2},
        {"lines": (new_line(),)},
        {"partner_id": "p2"},
    ],
    ids=lambda other: next(iter(other)),
)
def test_one_number_of_a_source_is_one_order_for_ever(other: dict[str, object]) -> None:
    knowing(placed()).when(place(**other)).then_rejected("order_exists", order_id="shop:1001")


@pytest.mark.parametrize("source", ["", "Shop", "-shop", "s" * 41, "sh op", "shop:x"])
def test_a_source_is_a_short_lower_case_name(source: str) -> None:
    knowing().when(place(source=source)).then_rejected("source_invalid", source=source)


@pytest.mark.parametrize("external_id", ["", "1 2", "1\u00a02", "a/b", "a?b", "50%", "a:b", "a\n", "x" * 101, "\x00"])
def test_an_external_id_is_printable_and_means_nothing_in_a_path(external_id: str) -> None:
    knowing().when(place(external_id=external_id)).then_rejected("external_id_invalid", external_id=external_id)


@pytest.mark.parametrize("warehouse", ["", "a/b", "s h", "-x"])
def test_a_warehouse_is_called_by_a_code(warehouse: str) -> None:
    knowing().when(place(warehouse=warehouse)).then_rejected("warehouse_invalid", warehouse=warehouse)


@pytest.mark.parametrize("currency", ["", "cny", "XYZ", "RMB"])
def test_a_currency_is_one_of_iso_4217(currency: str) -> None:
    knowing().when(place(currency=currency)).then_rejected("currency_invalid", currency=currency)


def test_a_line_s_own_currency_must_be_the_order_s() -> None:
    knowing().when(place(new_line(currency="USD"))).then_rejected("currency_mismatch", line_id="1", currency="USD", order_currency="CNY")


@pytest.mark.parametrize("quantity", [0, -1, 10**9 + 1])
def test_a_quantity_is_at_least_one_and_at_most_a_billion(quantity: int) -> None:
    knowing().when(place(new_line(quantity=quantity))).then_rejected("quantity_invalid", line_id="1", quantity=quantity, most=10**9)


@pytest.mark.parametrize("price", ["-0.01", "NaN", "Infinity", "1e12", "0.00000000001", "1e-400", "1e400"])
def test_a_unit_price_is_an_amount_from_zero(price: str) -> None:
    wrong = Decimal(price)
    knowing().when(place(new_line(unit_price=wrong))).then_rejected("unit_price_invalid", line_id="1", unit_price=str(wrong))


def test_a_line_worth_more_than_exact_arithmetic_holds_is_refused() -> None:
    knowing().when(place(new_line(quantity=10**9, unit_price=Decimal(10**6)))).then_rejected(
        "unit_price_invalid", line_id="1", unit_price="1000000"
    )


@pytest.mark.parametrize("discount", ["-1", "99.01", "NaN", "0.00000000001"])
def test_a_discount_is_between_nothing_and_the_whole_line(discount: str) -> None:
    knowing().when(place(new_line(discount=Decimal(discount)))).then_rejected(
        "discount_invalid", line_id="1", discount=str(Decimal(discount)), gross="99.00"
    )


@pytest.mark.parametrize("sku", ["", " a", "a ", "a\tb", "a\u00a0b", "x" * 65])
def test_a_sku_is_printable_and_means_nothing_in_a_path(sku: str) -> None:
    knowing().when(place(new_line(sku=sku))).then_rejected("sku_invalid", sku=sku)


@pytest.mark.parametrize("line_id", ["", "a b", "x" * 65])
def test_a_line_s_name_is_short_and_printable(line_id: str) -> None:
    knowing().when(place(new_line(line_id=line_id))).then_rejected("line_id_invalid", line_id=line_id)


def test_two_lines_of_one_name_are_refused_also_when_one_of_them_got_it_as_its_number() -> None:
    knowing().when(place(new_line(line_id="2"), new_line())).then_rejected("line_repeated", line_id="2")


def test_an_order_has_lines() -> None:
    knowing().when(place(lines=())).then_rejected("line_count_invalid", lines=0, most=2000)


def test_an_order_has_at_most_two_thousand_lines() -> None:
    knowing().when(place(*[new_line()] * 2001)).then_rejected("line_count_invalid", lines=2001, most=2000)


def brought(**there: object) -> BringOrder:
    command = place()
    said = {name: getattr(command, name) for name in command.__struct_fields__}
    return BringOrder(**said, placed=AsPlaced(**there))  # type: ignore[arg-type]


def test_an_order_brought_from_elsewhere_keeps_what_was_known_of_its_partner_there() -> None:
    there = {"channel_type": "agent", "segment": None, "territory": "CN-11", "suspended": False, "imported": False}
    now = knowing(partner=with_status("suspended"), imported=True)
    now.when(brought(**there)).then(placed(channel_type="agent", segment=None, territory="CN-11"))
    now.when(brought(**there | {"suspended": True, "imported": True})).then(
        placed(channel_type="agent", segment=None, territory="CN-11", imported=True, flags=("partner_suspended",))
    )


def test_an_imported_order_is_counted_where_it_was_sold() -> None:
    said = {name: getattr(place(), name) for name in place().__struct_fields__}
    sold = BringOrder(**said, territory="CN-44")
    there = placed(territory="CN-44", imported=True)
    knowing(imported=True).when(sold).then(there)
    for same in (sold, BringOrder(**said)):
        knowing(there, imported=True).when(same).then_nothing()
    knowing(there, imported=True).when(BringOrder(**said, territory="CN-31")).then_rejected("order_exists")


def test_what_is_not_said_of_the_partner_there_is_as_it_is_known_here() -> None:
    knowing(imported=True).when(brought(channel_type="ecommerce")).then(placed(channel_type="ecommerce", imported=True))


def test_an_order_has_a_day_that_can_be() -> None:
    for day in (date(9999, 12, 31), date(1, 1, 1), date(1969, 12, 31), date(2026, 5, 6)):
        knowing().when(place(on=day)).then_rejected("date_implausible", on=day)
    knowing().when(place(on=date(2026, 5, 5))).then(placed(occurred_on=date(2026, 5, 5)))
