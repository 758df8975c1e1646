"""What statements and the metrics have to say to the cent, and the token by which incentives has heard of every order."""

from decimal import Decimal

import httpx
import pytest
from channel_events.partition import PARTITIONS, partition_of  # import-rule: a token names partitions, and no answer tells them
from qudao_local.demo.play import incentive_kpis
from qudao_local.demo.play.heads import all_told_by
from qudao_local.demo.play.incentive_kpis import settle_incentives
from qudao_local.demo.play.settle import Differs
from qudao_local.demo.play.statements import Book, Statement, books, check, issued

from .demo_doubles import doors, reporter, scenario

MONTHS = ("2025-01", "2025-02", "2025-03", "2025-04")
EARNED = {("P1", "2025-01"): Decimal("10.00"), ("P2", "2025-01"): Decimal("0.01")}


def statement(partner: str, amount: str, month: str = "2025-01") -> Statement:
    return Statement(f"partner~{partner}~{month}", partner, month, Decimal(amount), Decimal(amount), Decimal(0))


def test_a_statement_of_another_amount_one_too_many_and_one_that_is_missing_are_named() -> None:
    check({"2025-01": [statement("P1", "10.00"), statement("P2", "0.01"), statement("P3", "0.00")]}, EARNED)
    with pytest.raises(Differs, match=r"P1 earned 10.00 in 2025-01, its statement says 10.01"):
        check({"2025-01": [statement("P1", "10.01"), statement("P2", "0.01")]}, EARNED)
    with pytest.raises(Differs, match=r"P2 earned 0.01 in 2025-01, its statement says 0; P3 earned 0 in 2025-01, its statement says 5"):
        check({"2025-01": [statement("P1", "10.00"), statement("P3", "5")]}, EARNED)


def test_what_is_below_zero_lessens_the_next_payment_and_the_last_month_is_owed() -> None:
    amounts = {"2025-01": "100.00", "2025-02": "-30.00", "2025-03": "50.00", "2025-04": "7.00"}
    assert books({("P1", month): Decimal(amount) for month, amount in amounts.items()}, MONTHS) == {
        "P1": Book(earned=Decimal("127.00"), payable=Decimal("7.00"), paid=Decimal("120.00"))
    }
    left = books({("P1", "2025-01"): Decimal(-5), ("P1", "2025-04"): Decimal(3)}, MONTHS)
    assert left == {"P1": Book(earned=Decimal(-2), payable=Decimal(-2))}


async def test_statements_are_read_to_the_last_page_once_all_that_was_written_is_in_them() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        asked = request.url.params
        if request.url.path == "/v1/events":
            return httpx.Response(200, json={"items": [{}] if int(asked["after"]) < 7 else []})
        assert asked["wait_for"] == "7;"
        first = "cursor" not in asked
        row = {"statement_id": f"partner~P{first:d}~x", "payee_id": f"P{first:d}", "accrued": "7.50", "reversed": "-2.50", "paid": "0"}
        return httpx.Response(200, json={"items": [{**row, "payable": "5.00" if first else "6.00"}], "next": "more" if first else None})

    async with doors(handler) as open_doors:
        found = await issued(open_doors, ["2025-01"], "CNY")
    assert [(one.partner_id, one.earned, one.payable) for one in found["2025-01"]] == [
        ("P0", Decimal(5), Decimal(6)), ("P1", Decimal(5), Decimal(5)),
    ]  # fmt: skip


async def test_a_cent_that_the_metrics_have_otherwise_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incentive_kpis, "WITHOUT_PROGRESS", 0)
    monkeypatch.setattr(incentive_kpis, "_PAUSE", 0)

    def handler(request: httpx.Request) -> httpx.Response:
        assert request.url.params["to"] == "2025-01-30"
        amount = {"incentive_cost": "10.00", "incentives_paid": "10.00"}.get(request.url.path.rpartition("/")[2], "0.00")
        rows = [{"value": amount, "currency": currency, "group": {"partner": "P1"}} for currency in ("CNY", "USD")]
        return httpx.Response(200, json={"values": rows})

    async with doors(handler) as open_doors:
        right = Book(earned=Decimal("10.00"), paid=Decimal("10.00"))
        await settle_incentives(open_doors, scenario([]), {"P1": right}, reporter())
        with pytest.raises(Differs, match=r"P1: .* instead of .*10.01"):
            await settle_incentives(open_doors, scenario([]), {"P1": Book(earned=Decimal("10.01"), paid=Decimal("10.00"))}, reporter())


@pytest.mark.parametrize("head", [0, 1, 150, 1000])
async def test_the_token_of_all_that_was_told_names_the_last_public_event_of_each_partition(head: int) -> None:
    """Else a month would be closed before an order of it was heard of, which would be paid in a later one."""
    log = [{"position": at, "stream": f"order/t:{at}", "public": at % 3 != 0} for at in range(1, head + 1)]

    def handler(request: httpx.Request) -> httpx.Response:
        after, limit = int(request.url.params["after"]), int(request.url.params["limit"])
        return httpx.Response(200, json={"items": log[after : after + limit]})

    async with doors(handler) as open_doors:
        token = await all_told_by(open_doors, "orders-inventory")
    wanted: dict[int, int] = {}
    for event in log:
        if event["public"]:
            wanted[partition_of(str(event["stream"]))] = int(str(event["position"]))
    assert len(wanted) == (PARTITIONS if head > 100 else head)
    assert token == f"{head};" + ",".join(f"{partition}:{position}" for partition, position in sorted(wanted.items()))
