"""Whatever the order of arrival, and however often: the same orders, the same stock, and every push in the books."""

from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from orders_inventory.domain.credit import Note
from orders_inventory.domain.order import Line

from .desk import Desk
from .pushing import COMPLETED, PAYLOADS, order, refund

FILES = {
    "order_created": "order.created",
    "order_updated": "order.updated",
    "order_deleted": "order.deleted",
    "order_refund": "order.refunded",
}


def payload(name: str) -> bytes:
    path = PAYLOADS / "woocommerce" / f"{name}.json"
    if not path.exists():
        pytest.skip("set QUDAO_SHARED to a folder with the data sets")
    return path.read_bytes()


def fate(line: Line) -> tuple[int, int, int]:
    """Units of a line that are open, under way, and with the buyer."""
    return line.open, line.shipped - line.delivered, line.held


def end(desk: Desk, *numbers: int) -> Any:
    """Where orders and stock stand; ``reserved`` must be what is open."""
    orders = {number: {id_: fate(line) for id_, line in desk.order(number).lines.items()} for number in numbers or (727,)}
    stock = {sku: (desk.item(sku).on_hand, desk.item(sku).reserved) for sku in ("woo-93", "Bar3")}
    return orders, stock


@pytest.mark.parametrize("names", [*permutations(FILES)], ids=lambda names: "-".join(name.removeprefix("order_") for name in names))
async def test_the_documented_bodies_in_every_order_and_twice(names: tuple[str, ...]) -> None:
    """Created, delivered, deleted; the refund is of an order that never comes, and waits for it. A deletion tells no time: where it came to
    a known order before its delivery did, nobody but a person can tell what is true, so the delivery is parked and not lost."""
    desk = Desk()
    ids = [await desk.push(payload(name), FILES[name]) for name in (*names, *names)]
    assert len(set(ids)) == 4
    created, updated, deleted = (names.index(f"order_{name}") for name in ("created", "updated", "deleted"))
    torn = created < updated and deleted < updated
    assert end(desk)[0] == {727: {"315": (0, 0, 0), "316": (0, 0, 0)} if torn else {"315": (0, 0, 2), "316": (0, 0, 1)}}
    assert {refusal.code for _, refusal in desk.parked.values()} == {"order_unknown"} | ({"order_is_cancelled"} if torn else set())
    books = desk.books()
    assert books.pop("all") == 4 == sum(books.values())


def story(number: int) -> list[dict[str, Any]]:
    """The life of an order in a shop, each content newer than the one before."""
    paid = order(id=number)
    fewer = order(id=number, date_modified_gmt="2017-03-22T19:29:00")
    fewer["line_items"][0] |= {"quantity": 1, "subtotal": "3.00", "total": "3.00"}
    rest = fewer | COMPLETED
    over = rest | {"status": "refunded", "date_modified_gmt": "2017-03-25T00:00:00"}
    waiting = order(id=number, status="on-hold", date_modified_gmt="2017-03-22T19:28:03", date_paid_gmt=None)
    pending = order(id=number, status="pending", date_modified_gmt="2017-03-22T19:28:02", date_paid_gmt=None)
    goods = refund((316, 1), id_=number + 5000, of=number, at="2017-03-24T00:00:00")
    return [pending, waiting, paid, fewer, rest, goods, refund(id_=number + 6000, of=number, at="2017-03-24T01:00:00"), over]


def corrected(desk: Desk) -> Decimal:
    """By how much credit notes change what was sold."""
    notes = [note for stream, events in desk.events.items() if stream.startswith("credit/") for note in events]
    return sum((note.amount if note.note is Note.DEBIT else -note.amount for note in notes), Decimal(0))


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[list[Any], int]:
    """Two orders' lives up to some point, shuffled together, some of it twice."""
    length = draw(st.integers(1, 8))
    bodies = [body for number in (1, 2) for body in story(number)[:length]]
    again = draw(st.lists(st.sampled_from(bodies), max_size=4))
    return draw(st.permutations(bodies + again)), length


@settings(max_examples=150, deadline=None)
@given(arrivals())
async def test_any_order_of_arrival_ends_where_the_right_one_does(given_: tuple[list[Any], int]) -> None:
    bodies, length = given_
    shuffled, straight = Desk(), Desk()
    for body in bodies:
        await shuffled.push(body)
    for number in (1, 2):
        for body in story(number)[:length]:
            await straight.push(body)
    assert shuffled.parked == {}
    assert end(shuffled, 1, 2) == end(straight, 1, 2)
    assert corrected(shuffled) == corrected(straight) == (-20 if length == 7 else 0)
    for desk in (shuffled, straight):
        books = desk.books()
        assert books.pop("all") == sum(books.values()) == 2 * length
        for sku in ("woo-93", "Bar3"):
            assert desk.item(sku).reserved == sum(
                line.open for number in (1, 2) for line in desk.order(number).lines.values() if line.placed.sku == sku
            )


async def test_orders_that_are_alike_in_everything_but_their_number_each_count() -> None:
    desk = Desk()
    for number in range(1, 31):
        await desk.push(order(id=number))
    assert (desk.item("woo-93").reserved, desk.item("Bar3").reserved) == (60, 30)


async def test_two_contents_of_one_second_end_the_same_whichever_comes_first() -> None:
    one, other = order(customer_note="a"), order(customer_note="b", status="on-hold")
    ends = []
    for bodies in ((one, other), (other, one)):
        desk = Desk()
        for body in bodies:
            await desk.push(body)
        ends.append((end(desk), desk.order().confirmed_on))
    assert ends[0] == ends[1]


async def test_what_a_refund_ended_is_not_revived_by_an_older_content_that_comes_late() -> None:
    desk = Desk()
    await desk.push(order(status="on-hold", date_modified_gmt="2017-03-22T19:28:03"))
    await desk.push(refund((315, 2), (316, 1)))
    late = await desk.push(order())
    assert desk.outcome(late) == "superseded"
    later = await desk.push(order(date_modified_gmt="2017-03-24T00:00:00"))
    assert desk.outcome(later) == "order_is_cancelled"
