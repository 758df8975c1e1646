"""Facts and their sums, as the view folds them."""

from decimal import Decimal

from channel_testing import feed, recorded
from metrics.facts import sales
from metrics.views.fact_tables import tables_of

from .examples import MONDAY, cancelled, corrected, goods_returned, line, placed, returned, shipped

SALES = tables_of(sales.SALES).view
TUESDAY = MONDAY.replace(day=6)


def test_a_placed_order_is_a_fact_per_line_with_exact_amounts_and_its_dimensions() -> None:
    fed = feed(SALES, placed(lines=(line(1, "s-1", 3, "0.3333", "0.01"), line(2, "s-2", 1, "5")), segment="key"))
    first, second = fed.rows("sales_fact")
    assert (first["line"], first["line_id"], first["product"], first["units"]) == (1, "l1", "s-1", 3)
    assert (first["gross"], first["discount"]) == (Decimal("0.9999"), Decimal("0.01"))
    assert (first["kind"], first["occurred_on"], first["placed_on"]) == ("placed", MONDAY, MONDAY)
    assert (first["partner"], first["segment"], first["sales_rep"], first["currency"]) == ("p-1", "key", "", "CNY")
    assert (second["line"], second["order_id"]) == (2, "direct:1")


def test_the_sums_of_an_order_are_one_row_without_products() -> None:
    (row,) = feed(SALES, placed(lines=(line(1, "s-1", 3, "0.5", "0.1"), line(2, "s-2", 1, "5", "0.2")))).rows("sales_rollup")
    amounts = {name: row[name] for name in ("lines", "orders", "units", "gross", "discount")}
    assert amounts == {"lines": 2, "orders": 1, "units": 4, "gross": Decimal("6.5"), "discount": Decimal("0.3")}


def test_orders_of_one_partner_and_day_share_a_row_of_sums() -> None:
    rows = feed(SALES, placed(), placed(order_id="direct:2")).rows("sales_rollup")
    assert [(row["orders"], row["lines"]) for row in rows] == [(2, 2)]


def test_sums_over_all_partners_are_kept_without_what_has_many_values() -> None:
    fed = feed(SALES, placed(), placed(order_id="direct:2", partner_id="p-2", sales_rep="282"))
    assert len(fed.rows("sales_rollup")) == 2
    (row,) = fed.rows("sales_overall")
    assert (row["orders"], row["lines"]) == (2, 2)
    assert row.keys() & {"partner", "sales_rep", "territory"} == {"territory"}


def test_each_partition_sums_into_rows_of_its_own() -> None:
    events = recorded(placed(), partition=3, position=1), recorded(placed(order_id="direct:2"), partition=4, position=2)
    assert [row["partition"] for row in feed(SALES, *events).rows("sales_rollup")] == [3, 4]


def test_what_is_taken_back_counts_on_its_own_date_and_keeps_that_of_the_order() -> None:
    for event, kind in ((cancelled(occurred_on=TUESDAY), "cancelled"), (returned(occurred_on=TUESDAY), "returned")):
        for table in ("sales_fact", "sales_rollup"):
            (row,) = feed(SALES, event).rows(table)
            assert (row["kind"], row["occurred_on"], row["placed_on"], row["units"]) == (kind, TUESDAY, MONDAY, 2)


def test_only_lines_shipped_complete_with_the_first_shipment_are_filled() -> None:
    lines = line(1, complete=True), line(2, complete=False)
    assert [row["filled"] for row in feed(SALES, shipped(1, lines=lines)).rows("sales_fact")] == [1, 0]
    assert [row["filled"] for row in feed(SALES, shipped(2, lines=lines)).rows("sales_fact")] == [0, 0]
    assert feed(SALES, shipped(1, lines=lines)).rows("sales_rollup")[0]["filled"] == 1


def test_a_fact_names_the_event_it_comes_from() -> None:
    (row,) = feed(SALES, recorded(placed(), source="orders-inventory", position=7, id="e-7", partition=2)).rows("sales_fact")
    assert (row["service"], row["partition"], row["position"], row["event_id"]) == ("orders-inventory", 2, 7, "e-7")


def test_what_credit_notes_say_is_marked_by_its_kind_and_belongs_to_no_order() -> None:
    (goods,) = feed(SALES, goods_returned(line(1, "s-1", 3, "2", "0.5"), occurred_on=TUESDAY)).rows("sales_fact")
    assert (goods["kind"], goods["order_id"], goods["warehouse"]) == ("returned_without_sale", "erp:CN-1", "")
    assert (goods["units"], goods["gross"], goods["discount"], goods["placed_on"]) == (3, Decimal(6), Decimal("0.5"), TUESDAY)
    for note, added in (("credit", -10), ("debit", 10)):
        (money,) = feed(SALES, corrected(note)).rows("sales_fact")
        assert (money["kind"], money["product"], money["units"], money["gross"]) == ("corrected", "", 0, added)
