"""An id that looks like another is taken and warned of: in the answer of its write, and in a list."""

from datetime import date
from functools import partial
from typing import Any

import pytest
from channel_service.look_alikes import LOOK_ALIKE, IdNoted, LookAlikeFound, NoteId
from channel_service.testing import Running
from channel_testing import Desk as Log
from channel_testing import given
from hypothesis import given as for_all
from hypothesis import strategies as st
from orders_inventory.application.cataloguing import defining_product
from orders_inventory.domain.product import PRODUCT, DefineProduct

from .pushing import defined, event
from .requests import done, imported, imported_file, order, stocked
from .test_pushes import pushed

CYRILLIC = "PЕN-01"
TODAY = date(2026, 5, 3)


def note(id_: str, *, plain: bool = False) -> NoteId:
    return NoteId(kind="product", within="", look="PEN-01", id=id_, plain=plain)


def noted(id_: str, *like: str) -> Any:
    said = {"kind": "product", "within": "", "look": "PEN-01", "id": id_}
    return LookAlikeFound(**said, others=like, occurred_on=TODAY) if like else IdNoted(**said)


def test_an_id_is_noted_once_and_told_with_all_that_looked_so_before() -> None:
    known = partial(given, LOOK_ALIKE)
    known().known({}, today=TODAY).when(note("pen-01")).then(noted("pen-01"))
    known().known({}, today=TODAY).when(note("pen-01", plain=True)).then(noted("pen-01", "PEN-01"))
    begun = known(noted("pen-01")).known({}, today=TODAY)
    begun.when(note("pen-01", plain=True)).then_nothing()
    begun.when(note("PEN-01")).then(noted("PEN-01", "pen-01"))
    both = known(noted("pen-01"), noted("PEN-01", "pen-01")).known({}, today=TODAY)
    both.when(note("Pen-01", plain=True)).then(noted("Pen-01", "pen-01", "PEN-01"))


@for_all(st.lists(st.sampled_from(["PEN-01", "pen-01", CYRILLIC, "ＰＥＮ-01", "PEN-02"]), max_size=12))
def test_of_ids_that_look_alike_each_but_the_first_is_told_once_in_whatever_order_they_come(skus: list[str]) -> None:
    log, seen = Log(PRODUCT, LOOK_ALIKE), list[str]()
    for number, sku in enumerate(skus):
        new = log.use(defining_product, DefineProduct(sku=sku, name=str(number), on=TODAY))
        alike = {one for one in seen if sku != "PEN-02" != one}
        found = [(one.id, set(one.others)) for one in new if isinstance(one, LookAlikeFound)]
        assert found == ([(sku, alike)] if alike and sku not in seen else [])
        seen.append(sku)


async def test_the_answer_and_the_list_warn_of_a_product_that_looks_like_another(whole: Running) -> None:
    await stocked(whole, **{"PEN-01": 5})
    answer = await done(whole, f"/v1/products/{CYRILLIC}", {"name": "Another pen"}, method="PUT")
    assert [one["type"] for one in answer["events"]] == ["product_defined", "look_alike_found"]
    again = await done(whole, f"/v1/products/{CYRILLIC}", {"name": "Renamed"}, method="PUT")
    assert [one["type"] for one in again["events"]] == ["product_defined"]
    [row] = (await whole.get("/v1/look-alikes", params={"wait_for": again["token"]})).json()["items"]
    assert (row["kind"], row["id"], row["others"], row["event_id"]) == ("product", CYRILLIC, ["PEN-01"], answer["events"][1]["id"])
    assert row["warning"]["en"].startswith(f"{CYRILLIC} looks like PEN-01")
    assert "看起来相同" in row["warning"]["zh"]


@pytest.mark.parametrize(("first", "second"), [("A-1", "a-1"), ("a-1", "A-1"), ("A-1", "Ａ-1")])
async def test_a_number_that_looks_like_another_of_its_source_is_warned_of_at_every_door(whole: Running, first: str, second: str) -> None:
    await stocked(whole, A=100)
    await done(whole, "/v1/orders", order(external_id=first))
    await done(whole, "/v1/orders", order(external_id=second, source="other"))
    rows, summary = await imported(whole, {"kind": "order"} | order(external_id=second))
    warned = [] if second.isascii() else [("warned", "look_alike_found", f"shop:{second}", {"kind": "order", "others": [first]})]
    assert [(one["result"], one["problem"], one["id"], one["facts"]) for one in rows] == warned
    assert (summary["accepted"], summary["warned"]) == (1, len(warned))
    erp = await defined(whole, "erp", platform="cloudevents")
    for number, id_ in ((first, "1"), (second, "2")):
        body = {"external_id": number, "partner_id": "p1", "currency": "CNY", "lines": order()["lines"]}
        assert await pushed(erp, event("order.placed", body, id_=id_), id_=id_) == ("applied", None)
    note = {"source": "crm", "partner_id": "p1", "currency": "CNY", "reason": "x", "note": "credit", "amount": "1", "on": "2026-05-01"}
    for number in (first, second):
        token = (await done(whole, "/v1/amount-corrections", note | {"external_id": number}))["token"]
    listed = (await whole.get("/v1/look-alikes", params={"wait_for": token})).json()["items"]
    # Of orders only numbers that are not plain ASCII: of the others there are too many, and shops tell their case apart.
    places = [("credit_note", "crm")] if second.isascii() else [("credit_note", "crm"), ("order", "erp"), ("order", "shop")]
    assert [(one["kind"], one["within"], one["id"], one["others"]) for one in listed] == [(*place, second, [first]) for place in places]
    rows, summary = await imported(whole, {"kind": "order"} | order(external_id=first), {"kind": "order"} | order(external_id=second))
    assert (summary["accepted"], summary["repeated"]) == (0, 2)
    assert [one["kind"] for one in (await whole.get("/v1/look-alikes", params={"kind": "credit_note"})).json()["items"]] == ["credit_note"]


async def test_the_answer_of_an_import_names_what_looks_alike_in_the_language_that_is_asked_for(client: Running) -> None:
    await stocked(client, **{"PEN-01": 5})
    sheet = f"sku,name,category\nPEN-02,Other,Pens\n{CYRILLIC},Another,Pens\n"
    for dry_run in (True, False):
        headers = {"content-type": "text/csv", "accept-language": "zh"}
        [row], summary = await imported_file(client, sheet.encode(), headers, what="products", dry_run=dry_run)
        assert (row["row"], row["result"], row["id"], row["facts"]["others"]) == (3, "warned", CYRILLIC, ["PEN-01"])
        assert "看起来相同" in row["detail"]
        assert (summary["accepted"], summary["warned"]) == (2, 1)


async def test_warehouses_differ_by_more_than_case(client: Running) -> None:
    await stocked(client)
    answer = await done(client, "/v1/warehouses/SH", {"name": "Shanghai"}, method="PUT")
    assert [one["type"] for one in answer["events"]] == ["warehouse_defined", "look_alike_found"]
    _, summary = await imported(client, {"kind": "warehouse", "warehouse": "Sh", "name": "x"}, what="products")
    assert summary["accepted"] == 1
