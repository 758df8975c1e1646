"""Who may do what to whose: nobody's numbers, orders and stock are another's to take."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from channel_service.testing import Running
from channel_testing import Given, given
from msgspec.structs import replace
from orders_inventory.domain.order import ORDER, PARTNER, OwnOrder
from orders_inventory.domain.price import LISTED, Listed, ListPrice, listed_key

from .desk import Desk
from .examples import MAY_1, MAY_2, MAY_3, P1, new_line, place, placed
from .pushing import COMPLETED, SETTINGS, defined, event
from .pushing import order as woo_order
from .requests import done, head, imported, line, order, stocked
from .test_lists_over_http import listed, until

FREE = Decimal(0)


def own(*lines: Any, **changes: Any) -> OwnOrder:
    said = place(*lines, **{"source": "~p1", "on": MAY_2} | changes)
    return OwnOrder(**{name: getattr(said, name) for name in said.__struct_fields__})


def knowing(listed: Listed | None = None, **how: Any) -> Given:
    return given(ORDER).known({PARTNER: {"p1": P1}, LISTED: {listed_key("CNY", "A"): listed}}, **{"today": MAY_3} | how)


@pytest.mark.parametrize("day", [date(2026, 4, 30), date(2026, 6, 1)])
def test_a_partner_dates_its_orders_in_the_month_that_is_open(day: date) -> None:
    today = min(max(day, MAY_1), date(2026, 5, 31))
    knowing(today=today).when(own(on=day)).then_rejected("date_not_open", on=day.isoformat(), month="2026-05")
    knowing(today=today).when(place(on=day)).then(placed(occurred_on=day))
    # Repeated in another month it is the same order still.
    before = placed(source="~p1", order_id="~p1:1001", occurred_on=MAY_2)
    repeated = given(ORDER, before).known({PARTNER: {"p1": P1}}, today=date(2026, 6, 1))
    repeated.when(own(on=None)).then_nothing()
    repeated.when(own(on=MAY_2)).then_nothing()


@pytest.mark.parametrize("line", [new_line(unit_price=FREE, discount=FREE), new_line(unit_price=Decimal(1), discount=Decimal(10))])
def test_a_partner_takes_for_nothing_only_what_a_list_gives_for_nothing(line: Any) -> None:
    def priced(*prices: tuple[str, date, int]) -> Listed:
        return Listed(tuple(ListPrice(name, day, Decimal(price)) for name, day, price in prices))

    order = own(line)
    for nothing in (None, priced(("a", MAY_1, 3)), priced(("a", MAY_3, 0)), priced(("a", MAY_1, 0), ("a", MAY_2, 3))):
        knowing(nothing).when(order).then_rejected("price_not_set", line_id="1", sku="A")
    taken = placed(source="~p1", order_id="~p1:1001", occurred_on=MAY_2, lines=(replace(placed().lines[0], **_amounts(line)),))
    for free in (priced(("a", MAY_1, 0)), priced(("a", MAY_1, 3), ("b", MAY_2, 0))):
        knowing(free).when(order).then(taken)
    # What the brand's own people give away they give away.
    knowing().when(place(line)).then(replace(taken, source="shop", order_id="shop:1001", occurred_on=MAY_1))


def _amounts(line: Any) -> dict[str, Any]:
    return {"unit_price": line.unit_price, "discount": line.discount}


async def test_what_a_partner_orders_for_nothing_is_looked_up_in_the_price_lists(whole: Running) -> None:
    await stocked(whole)
    me = whole.as_("partner", partner_id="p1")
    body = {name: value for name, value in order(lines=[line(unit_price="0")]).items() if name not in {"source", "on"}}
    answer = await me.post("/v1/orders", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "price_not_set")
    await done(whole, "/v1/prices/samples/CNY/A", {"unit_price": "0", "valid_from": "2026-01-01", "on": "2026-01-01"}, method="PUT")
    await until(whole, 1, "/v1/prices")
    assert (await done(me, "/v1/orders", body))["changed"]


async def test_a_number_in_a_partners_own_source_is_that_partners_at_every_door(client: Running) -> None:
    await stocked(client)
    at = await head(client)
    body = order(source="~p1", partner_id="p2")
    note = {"source": "~p1", "external_id": "1", "partner_id": "p2", "currency": "CNY", "reason": "x", "on": "2026-05-01"}
    for path, said in (
        ("orders", body | {"partner_id": "p3"}),
        ("goods-returns", note | {"lines": [line()]}),
        ("amount-corrections", note | {"note": "credit", "amount": "1"}),
    ):
        answer = await client.post(f"/v1/{path}", json=said)
        assert (answer.status_code, answer.json()["code"]) == (403, "source_not_yours"), path
    rows, _ = await imported(client, {"kind": "order"} | body, {"kind": "amount_correction"} | note | {"note": "debit", "amount": "1"})
    assert ([row["problem"] for row in rows], await head(client)) == (["source_not_yours"] * 2, at)


async def test_a_conflict_tells_a_partner_nothing_of_what_is_there(client: Running) -> None:
    await stocked(client)
    me = client.as_("partner", partner_id="p1")
    body = {name: value for name, value in order().items() if name not in {"source", "on"}}
    await done(me, "/v1/orders", body)
    answers = [await me.post("/v1/orders", json=body | {"external_id": n}, headers={"if-match": '"9-x"'}) for n in ("1001", "none")]
    assert [answer.status_code for answer in answers] == [412, 412]
    assert [answer.headers.get("etag") for answer in answers] == [None, None]
    told = [{name: value for name, value in answer.json().items() if name != "request_id"} for answer in answers]
    assert told[0] == told[1]
    # The brand's own people see all there is, and so its tag.
    answer = await client.post("/v1/orders/~p1:1001/confirm", headers={"if-match": '"9-x"'})
    assert (answer.status_code, answer.headers["etag"]) == (412, (await client.get("/v1/orders/~p1:1001")).headers["etag"])


async def test_a_source_of_one_partner_changes_no_order_of_another(whole: Running) -> None:
    await stocked(whole)
    await done(whole, "/v1/orders", order(source="erp", external_id="7", partner_id="p1", lines=[line(quantity=3)]))
    await done(whole, "/v1/orders/erp:7/confirm")
    at = (await whole.get("/v1/orders/erp:7")).json()
    erp = await defined(whole, "erp", platform="cloudevents", partner_id="p2")
    data: dict[str, Any] = {"external_id": "7", "on": "2026-05-04"}
    said: list[tuple[str, dict[str, Any]]] = [
        ("order.placed", {"currency": "CNY", "lines": [line()]}),
        ("order.shipped", {}),
        ("order.delivered", {}),
        ("order.cancelled", {"reason": "x"}),
        ("order.returned", {"reason": "x"}),
    ]
    for number, (type_, more) in enumerate(said):
        await erp.push(event(type_, data | more, id_=f"e-{number}"), id_=f"m-{number}")
    await until(whole, 5, "/v1/pushes", state="parked")
    assert {row["reason"].split()[0] for row in await listed(whole, "/v1/pushes")} == {"order_not_of_source"}
    assert (await whole.get("/v1/orders/erp:7")).json() == at


@pytest.mark.parametrize("status", ["processing", "cancelled", "refunded", "completed"])
async def test_a_shop_that_was_given_to_another_partner_changes_no_order_from_before(status: str) -> None:
    desk = Desk()
    await desk.push(woo_order())
    before = desk.order()
    desk.define(replace(SETTINGS, partner_id="p2"))
    push = await desk.push(woo_order(**COMPLETED | {"status": status}))
    assert (desk.outcome(push), desk.order()) == ("order_not_of_source", before)
    assert desk.outcome(await desk.push({"id": 727}, topic="order.deleted")) == "order_not_of_source"


async def test_numbers_that_the_brands_people_give_are_no_sources_to_fill(client: Running) -> None:
    for source in ("direct", "~p1"):
        answer = await client.put(f"/v1/sources/{source}", json={"platform": "cloudevents", "warehouse": "sh", "zone": "Asia/Shanghai"})
        assert (answer.status_code, answer.json()["code"]) == (422, "source_invalid")


@pytest.mark.parametrize("role", ["channel_manager", "finance", "ops", "auditor"])
async def test_sources_and_their_secrets_are_the_brand_admins_alone(client: Running, role: str) -> None:
    await defined(client, "erp", platform="cloudevents")
    somebody = client.as_(role)
    assert (await somebody.put("/v1/sources/erp", json={"platform": "cloudevents", "warehouse": "x", "zone": "UTC"})).status_code == 403
    assert (await somebody.post("/v1/sources/erp/secrets")).status_code == 403


def test_today_is_always_open() -> None:
    for days in range(0, 400, 13):
        today = MAY_1 + timedelta(days=days)
        knowing(today=today).when(own(on=None)).then(placed(source="~p1", order_id="~p1:1001", occurred_on=today))
