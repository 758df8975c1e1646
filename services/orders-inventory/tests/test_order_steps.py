from datetime import date
from decimal import Decimal

import pytest
from channel_testing import given
from msgspec.structs import replace
from orders_inventory.domain.order import (
    ORDER,
    DeliveryConfirmed,
    OrderCommand,
    OrderEvent,
    OrderLine,
    ReturnOrder,
    ReturnReceived,
    ShippedLine,
    TakenBackLine,
    Wanted,
    WantedBack,
)

from .examples import (
    FOUR_B,
    MAY_1,
    MAY_2,
    MAY_3,
    TEN_A,
    cancel,
    cancelled,
    confirm,
    confirmed,
    deliver,
    give_back,
    later,
    placed,
    ship,
    shipped,
)

ALL_A = ShippedLine("1", "A", 10, Decimal("9.90"), Decimal("1.00"), ordered=10, complete=True)
ALL_B = ShippedLine("2", "B", 4, Decimal(20), Decimal(0), ordered=4, complete=True)
THREE_A = ShippedLine("1", "A", 3, Decimal("9.90"), Decimal("0.3"), ordered=10, complete=False)
SEVEN_A = ShippedLine("1", "A", 7, Decimal("9.90"), Decimal("0.7"), ordered=10, complete=False)
DELIVERED = DeliveryConfirmed(**later(), shipment=1, lines=(TEN_A, FOUR_B))
ALL_PARTS = (Wanted("1", 10), Wanted("2", 4))
SHIPPED = (placed(), confirmed(), shipped(1, ALL_A, ALL_B))
WHOLE_A = TakenBackLine("1", "A", 10, Decimal("9.90"), Decimal("1.00"), complete=True)
WHOLE_B = TakenBackLine("2", "B", 4, Decimal(20), Decimal(0), complete=True)


def test_confirming() -> None:
    given(ORDER, placed()).when(confirm()).then(confirmed())


def test_confirming_again_changes_nothing() -> None:
    given(ORDER, placed(), confirmed()).when(confirm()).then_nothing()


def test_a_cancelled_order_cannot_be_confirmed() -> None:
    given(ORDER, placed(), cancelled(WHOLE_A, WHOLE_B)).when(confirm()).then_rejected("order_is_cancelled")


def test_shipping_everything() -> None:
    given(ORDER, placed(), confirmed()).when(ship(*ALL_PARTS)).then(shipped(1, ALL_A, ALL_B))


def test_only_a_confirmed_order_is_shipped() -> None:
    given(ORDER, placed()).when(ship(*ALL_PARTS)).then_rejected("order_not_confirmed")


def test_partial_shipments_share_the_discount_and_are_not_complete() -> None:
    begun = given(ORDER, placed(), confirmed(), shipped(1, THREE_A))
    begun.when(ship(Wanted("1", 7))).then(shipped(2, SEVEN_A))


def test_what_is_ordered_is_what_was_not_cancelled() -> None:
    six = TakenBackLine("1", "A", 6, Decimal("9.90"), Decimal("0.6"), complete=False)
    rest = ShippedLine("1", "A", 4, Decimal("9.90"), Decimal("0.40"), ordered=4, complete=True)
    given(ORDER, placed(), confirmed(), cancelled(six)).when(ship(Wanted("1", 4))).then(shipped(1, rest))


def test_no_more_is_shipped_than_is_left() -> None:
    given(ORDER, placed(), confirmed(), shipped(1, THREE_A)).when(ship(Wanted("1", 8))).then_rejected(
        "quantity_exceeds_line", line_id="1", wanted=8, left=7
    )


def test_nothing_is_shipped_when_nothing_is_left() -> None:
    given(ORDER, *SHIPPED).when(ship()).then_rejected("nothing_to_ship")


def test_cancelling_everything_before_it_is_shipped() -> None:
    given(ORDER, placed()).when(cancel(*ALL_PARTS)).then(cancelled(WHOLE_A, WHOLE_B))


def test_cancelling_a_part_takes_its_share_of_the_discount() -> None:
    three = TakenBackLine("1", "A", 3, Decimal("9.90"), Decimal("0.3"), complete=False)
    given(ORDER, placed()).when(cancel(Wanted("1", 3))).then(cancelled(three))


def test_the_last_part_cancelled_completes_the_line() -> None:
    three = TakenBackLine("1", "A", 3, Decimal("9.90"), Decimal("0.3"), complete=False)
    seven = TakenBackLine("1", "A", 7, Decimal("9.90"), Decimal("0.7"), complete=True)
    given(ORDER, placed(), cancelled(three)).when(cancel(Wanted("1", 7))).then(cancelled(seven))


def test_cancelling_what_is_cancelled_changes_nothing() -> None:
    given(ORDER, placed(), cancelled(WHOLE_A, WHOLE_B)).when(cancel()).then_nothing()


def test_what_is_shipped_cannot_be_cancelled() -> None:
    given(ORDER, *SHIPPED).when(cancel()).then_rejected("nothing_to_cancel")
    given(ORDER, *SHIPPED).when(cancel(Wanted("1", 1))).then_rejected("nothing_to_cancel", line_id="1", wanted=1, left=0)


def test_delivering_what_is_under_way() -> None:
    given(ORDER, *SHIPPED).when(deliver()).then(DELIVERED)


def test_delivering_one_of_two_shipments() -> None:
    lines = (OrderLine("1", "A", 7, Decimal("9.90"), Decimal("0.7")),)
    given(ORDER, placed(), confirmed(), shipped(1, THREE_A), shipped(2, SEVEN_A)).when(deliver(2)).then(
        DeliveryConfirmed(**later(), shipment=2, lines=lines)
    )


def test_a_delivery_confirmed_again_changes_nothing() -> None:
    given(ORDER, *SHIPPED, DELIVERED).when(deliver(1)).then_nothing()


def test_what_was_not_shipped_is_not_delivered() -> None:
    given(ORDER, placed(), confirmed()).when(deliver()).then_rejected("nothing_to_deliver")


def test_a_delivery_names_a_shipment_of_the_order() -> None:
    given(ORDER, *SHIPPED).when(deliver(2)).then_rejected("shipment_unknown", shipment=2, shipments=1)


def test_returning_everything() -> None:
    given(ORDER, *SHIPPED, DELIVERED).when(give_back(*ALL_PARTS)).then(ReturnReceived(**later(), reason="broken", lines=(WHOLE_A, WHOLE_B)))


def test_a_part_returned_carries_its_share_of_the_discount() -> None:
    three = TakenBackLine("1", "A", 3, Decimal("9.90"), Decimal("0.3"), complete=False)
    given(ORDER, *SHIPPED, DELIVERED).when(give_back(Wanted("1", 3))).then(ReturnReceived(**later(), reason="broken", lines=(three,)))


def test_no_more_comes_back_than_was_delivered() -> None:
    back = ReturnReceived(**later(), reason="broken", lines=(WHOLE_A,))
    given(ORDER, *SHIPPED, DELIVERED).when(give_back(Wanted("1", 11))).then_rejected(
        "quantity_exceeds_line", line_id="1", wanted=11, left=10
    )
    given(ORDER, *SHIPPED, DELIVERED, back).when(give_back(Wanted("1", 1))).then_rejected(
        "nothing_to_return", line_id="1", wanted=1, left=0
    )


def test_what_is_on_its_way_cannot_come_back() -> None:
    given(ORDER, *SHIPPED).when(give_back()).then_rejected("nothing_to_return")


STEPS: list[OrderCommand] = [
    confirm(),
    ship(),
    deliver(),
    cancel(),
    give_back(),
]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: type(step).__name__)
def test_nothing_happens_to_an_order_that_was_never_placed(step: OrderCommand) -> None:
    given(ORDER).when(step).then_rejected("order_unknown")


@pytest.mark.parametrize("step", STEPS, ids=lambda step: type(step).__name__)
def test_no_step_is_dated_before_the_order(step: OrderCommand) -> None:
    early = replace(step, on=date(2026, 4, 30))
    given(ORDER, placed()).when(early).then_rejected("date_before_order", on="2026-04-30", placed_on=MAY_1.isoformat())


def test_a_step_names_lines_of_the_order_and_each_once() -> None:
    given(ORDER, placed()).when(cancel(Wanted("9", 1))).then_rejected("line_unknown", line_id="9")
    given(ORDER, placed()).when(cancel(Wanted("1", 1), Wanted("1", 1))).then_rejected("line_repeated")


def on_day(event: OrderEvent, day: date, reference: str | None = None) -> OrderEvent:
    return replace(event, occurred_on=day, reference=reference)


def test_no_step_is_dated_before_the_one_that_it_follows() -> None:
    late = (placed(), on_day(confirmed(), MAY_2), on_day(shipped(1, ALL_A, ALL_B), MAY_3))
    given(ORDER, *late[:2]).when(ship(on=MAY_1)).then_rejected("date_before_step", on="2026-05-01", before="2026-05-02")
    given(ORDER, *late).when(deliver(on=MAY_2)).then_rejected("date_before_step", on="2026-05-02", before="2026-05-03")
    delivered = on_day(DELIVERED, MAY_3)
    given(ORDER, *late, delivered).when(give_back(on=MAY_2)).then_rejected("date_before_step", on="2026-05-02", before="2026-05-03")


@pytest.mark.parametrize("step", STEPS, ids=lambda step: type(step).__name__)
def test_a_step_has_a_day_that_can_be(step: OrderCommand) -> None:
    for day in (date(9999, 12, 31), date(1, 1, 1)):
        given(ORDER, placed()).when(replace(step, on=day)).then_rejected("date_implausible", on=day)


def test_a_line_may_be_named_by_its_sku_where_one_line_has_it() -> None:
    given(ORDER, placed(), confirmed()).when(ship(Wanted(sku="A", quantity=3))).then(shipped(1, THREE_A))
    given(ORDER, placed()).when(cancel(Wanted(sku="A"))).then(cancelled(WHOLE_A))
    twice = placed(lines=(TEN_A, replace(TEN_A, line_id="2")))
    given(ORDER, twice).when(cancel(Wanted(sku="A"))).then_rejected("line_not_clear", sku="A", lines=2)
    given(ORDER, placed()).when(cancel(Wanted(sku="C"))).then_rejected("line_not_clear", sku="C", lines=0)
    given(ORDER, placed()).when(cancel(Wanted(sku="A"), Wanted("1"))).then_rejected("line_repeated")


def test_a_step_under_a_reference_counts_once_and_with_other_lines_it_is_another() -> None:
    first = on_day(shipped(1, THREE_A), MAY_2, "DN-1")
    given(ORDER, placed(), confirmed()).when(ship(Wanted("1", 3), reference="DN-1")).then(first)
    begun = given(ORDER, placed(), confirmed(), first)
    for same in (ship(Wanted("1", 3), reference="DN-1"), ship(Wanted(sku="A", quantity=3), reference="DN-1"), ship(reference="DN-1")):
        begun.when(same).then_nothing()
    for other in (ship(Wanted("1", 4), reference="DN-1"), ship(Wanted("2", 3), reference="DN-1")):
        begun.when(other).then_rejected("reference_used", reference="DN-1")
    begun.when(ship(Wanted("1", 7), reference="DN-2")).then(on_day(shipped(2, SEVEN_A), MAY_2, "DN-2"))


def test_steps_of_two_kinds_may_bear_one_reference() -> None:
    begun = (placed(), confirmed(), on_day(shipped(1, ALL_A, ALL_B), MAY_2, "DN-1"))
    delivered = on_day(DELIVERED, MAY_2, "DN-1")
    given(ORDER, *begun).when(deliver(reference="DN-1")).then(delivered)
    again = given(ORDER, *begun, delivered)
    again.when(deliver(1, reference="DN-1")).then_nothing()
    again.when(deliver(2, reference="DN-1")).then_rejected("reference_used")
    again.when(give_back(Wanted("1", 10), reference="DN-1")).then(
        ReturnReceived(**later() | {"reference": "DN-1"}, reason="broken", lines=(WHOLE_A,))
    )


OWN = Decimal("5.00")
TWICE = (
    placed(lines=(TEN_A, replace(FOUR_B, sku="A"))),
    confirmed(),
    shipped(1, ALL_A, replace(ALL_B, sku="A")),
    DeliveryConfirmed(**later(), shipment=1, lines=(TEN_A, replace(FOUR_B, sku="A"))),
)


def came_back(*lines: TakenBackLine, reference: str | None = None) -> ReturnReceived:
    return ReturnReceived(**later() | {"reference": reference}, reason="broken", lines=lines)


def test_a_return_may_have_its_own_price_and_the_rest_keeps_its_share_of_the_discount() -> None:
    own = came_back(TakenBackLine("1", "A", 3, OWN, Decimal(0), complete=False))
    delivered = given(ORDER, *SHIPPED, DELIVERED)
    for named in (WantedBack("1", 3, unit_price=OWN), WantedBack(sku="A", quantity=3, unit_price=OWN)):
        delivered.when(give_back(named)).then(own)
    rest = came_back(TakenBackLine("1", "A", 7, Decimal("9.90"), Decimal("0.70"), complete=True))
    given(ORDER, *SHIPPED, DELIVERED, own).when(give_back(Wanted("1", 7))).then(rest)
    given(ORDER, *SHIPPED, DELIVERED).when(give_back(WantedBack("1", 10, unit_price=Decimal(10**15)))).then_rejected("unit_price_invalid")


def test_a_return_by_a_sku_that_two_lines_have_takes_of_one_after_the_other() -> None:
    all_of_1 = TakenBackLine("1", "A", 10, OWN, Decimal(0), complete=True)
    two_of_2 = TakenBackLine("2", "A", 2, OWN, Decimal(0), complete=False)
    twelve = give_back(WantedBack(sku="A", quantity=12, unit_price=OWN), reference="CN-1")
    given(ORDER, *TWICE).when(twelve).then(came_back(all_of_1, two_of_2, reference="CN-1"))
    begun = given(ORDER, *TWICE, came_back(all_of_1, two_of_2, reference="CN-1"))
    begun.when(twelve).then_nothing()
    begun.when(replace(twelve, lines=(WantedBack(sku="A", quantity=11),))).then_rejected("reference_used")
    rest = came_back(TakenBackLine("2", "A", 2, Decimal(20), Decimal(0), complete=True))
    begun.when(give_back(WantedBack(sku="A"))).then(rest)
    begun.when(give_back(WantedBack(sku="A", quantity=3))).then_rejected("quantity_exceeds_line", line_id="2", wanted=3, left=2)
    given(ORDER, *TWICE).when(give_back(WantedBack(sku="A", quantity=15))).then_rejected(
        "quantity_exceeds_line", line_id="2", wanted=5, left=4
    )


def test_a_return_under_one_reference_with_another_price_of_its_own_is_a_conflict() -> None:
    def back(price: Decimal | None, line: str = "2") -> ReturnOrder:
        return give_back(WantedBack(line, 2, unit_price=price), reference="CN-1")

    sold = came_back(TakenBackLine("2", "B", 2, Decimal(20), Decimal(0), complete=False), reference="CN-1")
    begun = given(ORDER, *SHIPPED, DELIVERED, sold)
    for same in (None, Decimal("20.00")):
        begun.when(back(same)).then_nothing()
    begun.when(back(OWN)).then_rejected("reference_used", reference="CN-1")
    begun = given(ORDER, *SHIPPED, DELIVERED, replace(sold, lines=(replace(sold.lines[0], unit_price=OWN),)))
    begun.when(back(OWN)).then_nothing()
    for other in (None, Decimal(20), Decimal(6)):
        begun.when(back(other)).then_rejected("reference_used", reference="CN-1")
    begun.when(give_back(reference="CN-1")).then_rejected("reference_used", reference="CN-1")
    discounted = came_back(TakenBackLine("1", "A", 2, Decimal("9.90"), Decimal(0), complete=False), reference="CN-1")
    begun = given(ORDER, *SHIPPED, DELIVERED, discounted)
    begun.when(back(Decimal("9.90"), "1")).then_nothing()
    begun.when(back(None, "1")).then_rejected("reference_used", reference="CN-1")
