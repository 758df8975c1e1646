"""Our models of foreign events read what their publishers promise to send."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from channel_events.pure import Registry, event_type
from metrics.app import CATALOGUE
from metrics.contracts import orders_inventory, partner_registry

CONTRACTS = Path(__file__).parents[3] / "contracts"
READ: dict[str, list[type[Any]]] = {
    "orders_inventory": [*orders_inventory.PRODUCT_EVENTS],
    "partner_registry": [partner_registry.TerritoryDefined],
    "incentives": [],
}
for facts in CATALOGUE.facts:
    READ[facts.of.replace("-", "_")] += facts.kinds


def _within(read: Any, sent: Any) -> bool:
    """Whether all that was read says what was sent."""
    if isinstance(read, dict):
        return all(_within(value, sent[name]) for name, value in read.items())
    if isinstance(read, list | tuple):
        return len(read) == len(sent) and all(map(_within, read, sent))
    return bool(read == sent)


@pytest.mark.parametrize(("service", "event"), [(service, event) for service, events in READ.items() for event in events])
def test_the_publishers_example_is_read(service: str, event: type[Any]) -> None:
    name = event_type(event).type
    example = json.loads((CONTRACTS / service / f"{name}.json").read_text("utf-8"))
    assert example["type"] == f"{service}.{name}"
    read = msgspec.to_builtins(Registry(READ[service]).decode(name, json.dumps(example["data"])), str_keys=True)
    # Some lines have no `complete`: there our own default is read.
    if name in {"order_placed", "delivery_confirmed", "goods_returned"}:
        assert [line.pop("complete") for line in read["lines"]] == [False] * len(read["lines"])
    assert _within(read, example["data"])
