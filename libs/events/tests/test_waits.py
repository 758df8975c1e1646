"""What a refusal waits for is kept as a text that people read, and read back as the very facts it was made of."""

from collections.abc import Sequence
from typing import Any

import pytest
from channel_events import OWN_LOG, Reaction, Rejected, Wait
from hypothesis import given
from hypothesis import strategies as st

Keys = Sequence[tuple[Any, ...]]


async def all_of(_: Any, keys: Keys) -> Keys:
    return keys


STOCK = Wait("stock", ["stock_insufficient"], {"warehouse": str, "sku": str, "wanted": int}, all_of)


class Streams:
    """A database that knows the version of each of these streams."""

    def __init__(self, **versions: int) -> None:
        self.versions = {name.replace("_", "/"): version for name, version in versions.items()}

    async def fetch(self, _sql: str, streams: list[str]) -> list[tuple[str, int]]:
        return [(one, self.versions[one]) for one in streams if one in self.versions]


def reaction(*waits: Wait) -> Reaction:
    return Reaction("tell", of=OWN_LOG, commands=lambda event: iter(()), refused="park", waits=waits)


@given(st.text(), st.text(), st.integers(0))
def test_any_facts_survive_being_kept_as_text(warehouse: str, sku: str, wanted: int) -> None:
    text = STOCK.text(Rejected("stock_insufficient", warehouse=warehouse, sku=sku, wanted=wanted, available=0))
    assert text is not None
    assert STOCK.key(text) == (warehouse, sku, wanted)


def test_people_can_read_what_is_waited_for() -> None:
    assert STOCK.text(Rejected("stock_insufficient", warehouse="上海", sku="PEN-01", wanted=12)) == "stock/上海/PEN-01/12"


def test_a_refusal_that_no_wait_explains_waits_for_nothing() -> None:
    waits = reaction(STOCK)
    assert waits.waits_for(Rejected("price_unknown", warehouse="sh", sku="PEN", wanted=1)) is None
    assert waits.waits_for(Rejected("stock_insufficient", sku="PEN")) is None


async def test_a_stream_is_waited_for_until_more_happened_to_it_than_was_seen() -> None:
    order = Wait.stream("order", ["order_unknown"], "order/{order_id}", past="version")
    product = Wait.stream("product", ["product_unknown"], "product/{sku}")
    one = reaction(order, product)
    refusals = (Rejected("order_unknown", order_id="7", version=3), Rejected("product_unknown", sku="PEN"))
    texts = [text for refusal in refusals if (text := one.waits_for(refusal))]
    assert texts == ["order/7/3", "product/PEN"]
    assert await one.arrived(Streams(order_7=3), texts) == set()
    assert await one.arrived(Streams(order_7=4), texts) == {"order/7/3"}
    assert await one.arrived(Streams(product_PEN=1), texts) == {"product/PEN"}


async def test_what_moved_while_it_was_decided_is_looked_at_again_at_once() -> None:
    one = reaction(STOCK, Wait.nothing(["version_passed"]))
    assert one.waits_for(Rejected("version_passed", expected=1)) == "nothing"
    assert await one.arrived(Streams(), ["nothing", "strange/thing"]) == {"nothing"}


def test_only_what_is_parked_waits() -> None:
    with pytest.raises(ValueError, match="only what is parked waits"):
        Reaction("tell", of=OWN_LOG, commands=lambda event: iter(()), waits=[STOCK])
