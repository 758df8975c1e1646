"""Each state that an order can be in here, with each status that the shop can send next: all of them are decided, and nothing stays
promised to an order that is dead there."""

from collections.abc import Callable
from typing import Any

import pytest
from orders_inventory.application.ordering import cancelling, delivering, returning, shipping
from orders_inventory.connectors.woocommerce import NOT_ORDERED, STAGES
from orders_inventory.domain.order import Wanted, status

from .desk import Desk
from .examples import MAY_1, MAY_2, cancel, deliver, give_back, ship
from .pushing import order, refund
from .test_pushes_in_any_order import corrected

WHERE: dict[str, Any] = {"source": "shop", "external_id": "727"}
ONE = Wanted("315", 1)
LATER = "2026-05-02T19:00:00"


async def nothing(_: Desk) -> None:
    """It never came here."""


async def placed(desk: Desk) -> None:
    await desk.push(order(status="on-hold", date_paid_gmt=None))


async def confirmed(desk: Desk) -> None:
    await desk.push(order())


def by_hand(*steps: tuple[Callable[[Any], Any], Any]) -> Callable[[Desk], Any]:
    """What people did here after the order was paid."""

    async def make(desk: Desk) -> None:
        await confirmed(desk)
        for use, command in steps:
            desk.use(use, command)

    return make


PARTLY_SHIPPED = (shipping, ship(ONE, on=MAY_1, **WHERE))
SHIPPED = (shipping, ship(on=MAY_1, **WHERE))
DELIVERED = (delivering, deliver(on=MAY_1, **WHERE))
RETURNED = (returning, give_back(on=MAY_2, **WHERE))
STATES: dict[str, Callable[[Desk], Any]] = {
    "not here": nothing,
    "placed": placed,
    "confirmed": confirmed,
    "partly cancelled": by_hand((cancelling, cancel(ONE, on=MAY_1, **WHERE))),
    "partly shipped": by_hand(PARTLY_SHIPPED),
    "shipped": by_hand(SHIPPED),
    "partly delivered": by_hand(PARTLY_SHIPPED, DELIVERED),
    "delivered": by_hand(SHIPPED, DELIVERED),
    "partly returned": by_hand(SHIPPED, DELIVERED, (returning, give_back(ONE, on=MAY_2, **WHERE))),
    "returned": by_hand(SHIPPED, DELIVERED, RETURNED),
    "cancelled": by_hand((cancelling, cancel(on=MAY_1, **WHERE))),
}


DEAD = [name for name, stage in STAGES.items() if stage.dead]
NOTHING, OVER, AWAY, WAS_HERE = "nothing_new", "order_is_cancelled", "order_under_way", "cancelled_after_delivery"
TABLE: dict[str, tuple[str, ...]] = {
    # the shop says:    not ordered,      on-hold,  processing, completed,  cancelled,         refunded
    "not here": ("not_ordered_yet", "placed", "confirmed", "delivered", "never_ordered", "cancelled"),
    "placed": ("cancelled", NOTHING, "confirmed", "delivered", "cancelled", "cancelled"),
    "confirmed": ("cancelled", NOTHING, NOTHING, "delivered", "cancelled", "cancelled"),
    "partly cancelled": ("cancelled", NOTHING, NOTHING, "delivered", "cancelled", "cancelled"),
    "partly shipped": (f"shipped {AWAY}", NOTHING, NOTHING, "delivered", f"shipped {AWAY}", f"shipped {AWAY}"),
    "shipped": (AWAY, NOTHING, NOTHING, "delivered", AWAY, AWAY),
    "partly delivered": (f"delivered {WAS_HERE}", NOTHING, NOTHING, "delivered", f"delivered {WAS_HERE}", "returned"),
    "delivered": (WAS_HERE, NOTHING, NOTHING, NOTHING, WAS_HERE, "returned"),
    "partly returned": (WAS_HERE, NOTHING, NOTHING, NOTHING, WAS_HERE, "returned"),
    "returned": (NOTHING, OVER, OVER, NOTHING, NOTHING, NOTHING),
    "cancelled": (NOTHING, OVER, OVER, OVER, NOTHING, NOTHING),
}
"""What becomes of the order here, and what of it is left for a person; or why nothing does: as ignored, or parked."""
COLUMNS = ("on-hold", "processing", "completed", "cancelled", "refunded")


def column(status: str) -> int:
    return 0 if status in NOT_ORDERED else 1 + COLUMNS.index("cancelled" if status == "trash" else status)


def says(status: str, **changes: Any) -> dict[str, Any]:
    """The order as the shop has it later, unpaid where it never became one."""
    unpaid = {"date_paid_gmt": None} if STAGES[status].dead and status != "refunded" else {}
    completed = {"date_completed_gmt": LATER} if status == "completed" else {}
    return order(status=status, date_modified_gmt=LATER, **unpaid, **completed, **changes)


def promised(desk: Desk) -> int:
    return desk.item("woo-93").reserved + desk.item("Bar3").reserved


def became(desk: Desk, push_id: str) -> str:
    outcome = desk.outcome(push_id)
    if outcome not in ("applied", "ignored"):
        return str(outcome)
    reason = desk.events[f"push/shop/{push_id}"][-1].reason
    here = status(desk.order()) if outcome == "applied" else None
    return " ".join(str(word) for word in (here, reason) if word)


def test_every_status_of_a_shop_has_its_row() -> None:
    """Said here once more: a status that is taken out of the connector's table would take its cells with it."""
    core = {"pending", "failed", "on-hold", "processing", "completed", "cancelled", "refunded"}
    assert STAGES.keys() == core | {"auto-draft", "checkout-draft", "draft", "new", "trash"}


@pytest.mark.parametrize("there", STAGES)
@pytest.mark.parametrize("here", STATES)
async def test_every_state_here_and_status_there(here: str, there: str) -> None:
    desk = Desk()
    await STATES[here](desk)
    before = promised(desk)
    assert became(desk, await desk.push(says(there))) == TABLE[here][column(there)]
    assert promised(desk) == sum(line.open for line in desk.order().lines.values())
    if STAGES[there].dead:
        assert promised(desk) == 0
    elif here != "not here":
        assert promised(desk) in (0, before)


@pytest.mark.parametrize("here", STATES)
@pytest.mark.parametrize("changes", [{"date_completed_gmt": "2026-05-02T10:00:00"}, {"currency": "EUR"}, {"line_items": []}], ids=str)
async def test_nothing_stays_promised_to_a_dead_order_whatever_else_was_changed(here: str, changes: dict[str, Any]) -> None:
    for there in DEAD:
        desk = Desk()
        await STATES[here](desk)
        await desk.push(says(there, **changes))
        assert promised(desk) == 0


async def test_a_cart_that_was_abandoned_counts_nowhere() -> None:
    desk = Desk()
    for day, there in enumerate(("pending", "cancelled"), start=1):
        body = order(status=there, date_modified_gmt=f"2026-05-0{day}T00:00:00", date_paid_gmt=None)
        assert desk.outcome(await desk.push(body)) == "ignored"
    assert desk.outcome(await desk.push({"id": 727})) == "ignored"
    assert [stream for stream in desk.events if stream.startswith("order/")] == []


async def test_a_content_from_before_a_payment_failed_reserves_nothing() -> None:
    desk = Desk()
    await desk.push(says("failed"))
    assert desk.outcome(await desk.push(order())) == "superseded"
    assert promised(desk) == 0


def of_three(units: int, subtotal: str) -> dict[str, Any]:
    body = order(date_modified_gmt=f"2026-05-02T00:00:0{9 - units}")
    body["line_items"][0] |= {"quantity": units, "subtotal": subtotal, "total": subtotal}
    return body


async def test_fewer_units_at_a_price_that_the_shop_rounds_are_cancelled() -> None:
    desk = Desk()
    await desk.push(of_three(3, "25.21"))
    assert desk.outcome(await desk.push(of_three(2, "16.81"))) == "applied"
    assert desk.order().lines["315"].ordered == 2
    assert desk.outcome(await desk.push(of_three(1, "8.42"))) == "order_changed"


async def test_a_line_set_to_zero_is_cancelled_also_when_it_was_the_last() -> None:
    desk = Desk()
    await desk.push(order())
    for number, left in ((0, 1), (1, 0)):
        body = order(date_modified_gmt=f"2026-05-02T00:00:0{number}")
        for item in body["line_items"][: number + 1]:
            item |= {"quantity": 0, "subtotal": "0.00", "total": "0.00"}
        assert desk.outcome(await desk.push(body)) == "applied"
        assert promised(desk) == left


async def test_one_item_twice_in_a_refund_is_both() -> None:
    desk = Desk()
    await desk.push(order())
    assert desk.outcome(await desk.push(refund((315, 1), (315, 1)))) == "applied"
    assert desk.order().lines["315"].ordered == 0
    more = await desk.push(refund((316, 1), (316, 1), id_=8))
    assert desk.outcome(more) == "nothing_to_return"


MONEY: dict[str, str] = dict.fromkeys(STATES, "applied") | {"not here": "order_unknown", "returned": "ignored", "cancelled": "ignored"}
"""What becomes of money that the shop gives back without goods, for an order in each state here."""


@pytest.mark.parametrize("here", STATES)
async def test_every_state_here_and_money_alone_given_back(here: str) -> None:
    desk = Desk()
    await STATES[here](desk)
    outcome = desk.outcome(await desk.push(refund()))
    assert outcome == MONEY[here]
    assert corrected(desk) == (-10 if outcome == "applied" else 0)


@pytest.mark.parametrize("there", DEAD)
@pytest.mark.parametrize("here", STATES)
async def test_money_that_was_given_back_does_not_count_twice_when_the_goods_follow(here: str, there: str) -> None:
    desk = Desk()
    await STATES[here](desk)
    for body in (refund(), refund(id_=727), says(there), says(there, date_completed_gmt=LATER), refund(id_=728)):
        await desk.push(body)
    assert corrected(desk) == (0 if desk.order().over or desk.order().placed is None else -30)
