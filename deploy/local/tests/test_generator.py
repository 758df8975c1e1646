"""The generated channel has the shape of real ones, and the same seed gives the same bytes."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest
from qudao_local.demo.documents import Cancellation, Document, LineQuantity, Order, Receipt, Return, Step
from qudao_local.demo.generator import brand
from qudao_local.demo.generator.calendar import apportion
from qudao_local.demo.generator.world import partner_weights
from qudao_local.demo.scenario import Scenario


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return brand(seed=1)


@pytest.fixture(scope="module")
def documents(scenario: Scenario) -> list[Document]:
    return list(scenario.documents())


@pytest.fixture(scope="module")
def orders(documents: list[Document]) -> dict[str, Order]:
    return {document.external_id: document for document in documents if isinstance(document, Order)}


def value(order: Order) -> Decimal:
    return sum((line.quantity * line.unit_price for line in order.lines), Decimal(0))


def taken_back(documents: Iterable[Document], orders: dict[str, Order]) -> list[tuple[Order, LineQuantity]]:
    taken = []
    for document in documents:
        if isinstance(document, Cancellation | Return):
            order = orders[document.external_id]
            whole = [LineQuantity(line.line_id, line.quantity) for line in order.lines]
            taken += [(order, line) for line in document.lines or whole]
    return taken


def fingerprint(documents: Iterable[object]) -> str:
    digest = hashlib.sha256()
    for document in documents:
        digest.update(msgspec.json.encode(document))
    return digest.hexdigest()


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    def everything(scenario: Scenario) -> str:
        masters = [scenario.territories, scenario.partners, scenario.products, scenario.warehouses]
        return fingerprint([*masters, *scenario.documents(), *scenario.steps()])

    assert everything(brand(7, orders=300)) == everything(brand(7, orders=300))
    assert everything(brand(7, orders=300)) != everything(brand(8, orders=300))


def test_the_documents_can_be_read_twice(scenario: Scenario, documents: list[Document]) -> None:
    assert fingerprint(scenario.documents()) == fingerprint(documents)


def test_the_world_has_the_promised_size(scenario: Scenario, orders: dict[str, Order]) -> None:
    assert (len(scenario.partners), len(scenario.products), len(scenario.warehouses), len(orders)) == (200, 300, 3, 10_000)
    assert {partner.channel_type for partner in scenario.partners} == {
        "direct", "distributor", "agent", "retailer", "store", "ecommerce", "social",
    }  # fmt: skip
    assert {order.partner_id for order in orders.values()} == {partner.partner_id for partner in scenario.partners}


def test_parents_come_before_their_children(scenario: Scenario) -> None:
    territories: set[str | None] = {None}
    for territory in scenario.territories:
        assert territory.parent in territories
        territories.add(territory.territory)
    partners: set[str | None] = {None}
    for partner in scenario.partners:
        assert partner.parent in partners
        assert partner.territory in territories
        partners.add(partner.partner_id)
    assert any(partner.parent for partner in scenario.partners)


def test_lines_per_order(orders: dict[str, Order]) -> None:
    sizes = sorted(len(order.lines) for order in orders.values())
    assert 10 <= sizes[len(sizes) // 2] <= 16
    assert 70 <= sizes[int(len(sizes) * 0.95)] <= 90
    assert 800 <= sizes[-1] <= 1_100


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_few_partners_have_most_of_the_value(seed: int) -> None:
    by_partner: Counter[str] = Counter()
    for document in brand(seed).documents():
        if isinstance(document, Order):
            by_partner[document.partner_id] += int(value(document))
    values = sorted(by_partner.values(), reverse=True)
    assert sum(values[:2]) / sum(values) == pytest.approx(0.20, abs=0.02)
    assert sum(values[:20]) / sum(values) == pytest.approx(0.59, abs=0.02)


def test_few_lines_but_more_of_the_value_are_taken_back(documents: list[Document], orders: dict[str, Order]) -> None:
    taken = taken_back(documents, orders)
    price = {(order.external_id, line.line_id): line.unit_price for order in orders.values() for line in order.lines}
    lines = sum(len(order.lines) for order in orders.values())
    gross = sum((value(order) for order in orders.values()), Decimal(0))
    back = sum((line.quantity * price[order.external_id, line.line_id] for order, line in taken), Decimal(0))
    assert len(taken) / lines == pytest.approx(0.017, abs=0.001)
    assert float(back / gross) == pytest.approx(0.08, abs=0.005)


def test_the_busiest_day_has_1_6_times_the_mean(orders: dict[str, Order]) -> None:
    per_day = Counter(order.on for order in orders.values())
    assert len(per_day) == 365
    assert max(per_day.values()) / (len(orders) / 365) == pytest.approx(1.6, abs=0.05)


def test_prices_and_discounts_have_two_decimals(orders: dict[str, Order]) -> None:
    for order in orders.values():
        for line in order.lines:
            assert line.unit_price > 0
            assert line.unit_price.as_tuple().exponent == -2
            assert 0 <= line.discount < line.quantity * line.unit_price
            assert line.discount.as_tuple().exponent == -2


def test_stock_is_never_short(documents: list[Document]) -> None:
    level: Counter[tuple[str, str]] = Counter()
    for document in documents:
        if isinstance(document, Receipt):
            level[document.warehouse, document.sku] += document.quantity
        elif isinstance(document, Order):
            for line in document.lines:
                level[document.warehouse, line.sku] -= line.quantity
                assert level[document.warehouse, line.sku] >= 0


def test_a_story_is_told_in_order_and_nothing_happens_after_the_year(
    scenario: Scenario, documents: list[Document], orders: dict[str, Order]
) -> None:
    for order in orders.values():
        assert order.history is not None
        days = [order.history.confirmed_on, order.history.shipped_on, order.history.delivered_on]
        known = [day for day in days if day]
        assert days == known + [None] * (3 - len(known))
        assert [order.on, *known] == sorted([order.on, *known])
    assert all(document.on <= scenario.last_day for document in documents)
    assert all(step.on <= scenario.last_day for steps in scenario.steps() for step in steps)
    for document in documents:
        if isinstance(document, Return):
            delivered = orders[document.external_id].history
            assert delivered is not None
            assert delivered.delivered_on is not None
            assert delivered.delivered_on < document.on


def test_some_orders_are_still_open_at_the_end(scenario: Scenario, orders: dict[str, Order]) -> None:
    last_days = [order for order in orders.values() if order.on > scenario.last_day - timedelta(3)]
    assert any(order.history and not order.history.shipped_on for order in last_days)


def test_some_first_shipments_leave_lines_out(scenario: Scenario, orders: dict[str, Order]) -> None:
    split: list[tuple[Order, Step]] = []
    for steps in scenario.steps():
        assert [step.on for step in steps] == sorted(step.on for step in steps)
        if steps and steps[0].lines:
            split.append((orders[steps[0].order_id.removeprefix("demo:")], steps[0]))
    assert 150 < len(split) < 400
    assert all(0 < len(step.lines or []) < len(order.lines) for order, step in split)


@pytest.mark.parametrize("count", [200, 137, 50])
def test_partner_weights_fall_with_the_rank(count: int) -> None:
    weights = partner_weights(count)
    assert sum(weights) == pytest.approx(1)
    assert weights == sorted(weights, reverse=True)


def test_apportioning_keeps_the_total() -> None:
    assert apportion(10, [1, 1, 1]) == [4, 3, 3]
    assert sum(apportion(10_000, partner_weights(200))) == 10_000
