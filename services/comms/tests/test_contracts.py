"""Our models of foreign events read what their publishers promise to send."""

import json
from pathlib import Path

import pytest
from channel_events.pure import Registry, event_type
from comms.contracts.partner_registry import EVENTS

EXAMPLES = Path(__file__).parents[3] / "contracts" / "partner_registry"


@pytest.mark.parametrize("name", [event_type(one).type for one in EVENTS])
def test_the_publishers_example_is_read(name: str) -> None:
    example = json.loads((EXAMPLES / f"{name}.json").read_text())
    assert example["type"] == f"partner_registry.{name}"
    read = Registry(EVENTS).decode(name, json.dumps(example["data"]))
    assert {field: str(getattr(read, field)) for field in read.__struct_fields__} == {
        field: str(example["data"][field]) for field in read.__struct_fields__
    }
