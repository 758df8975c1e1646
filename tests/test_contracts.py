"""The published language: the repository's contracts hold, and each way of breaking one is refused."""

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from channel_events.envelope import Encoder
from channel_events.pure import event, event_type
from cloudevents.core.bindings.http import HTTPMessage, from_structured_event
from cloudevents.core.formats.json import JSONFormat
from msgspec import Struct
from qudao_checks.contracts.__main__ import problems
from qudao_checks.contracts.compatible import breaks
from qudao_checks.contracts.examples import example_problems, reader_problems
from qudao_checks.contracts.folder import schema_problems, write
from qudao_checks.contracts.published import Consumed, Published, consumed, published, services
from qudao_checks.contracts.schemas import schema_of, text_of
from qudao_checks.sources import ROOT


class Line(Struct, frozen=True):
    sku: str
    price: Decimal


class Shipped(Struct, frozen=True, kw_only=True):
    """Goods left."""

    order_id: str
    units: int
    note: str | None
    occurred_on: date
    lines: tuple[Line, ...]


DATA = {"order_id": "o-1", "units": 2, "note": None, "occurred_on": "2026-03-01", "lines": [{"sku": "s", "price": "9.90"}]}
EXAMPLE = {
    "specversion": "1.0",
    "id": "6f0c8f3e-8d0e-4c5e-9a60-0f1f1f1f1f1f",
    "source": "a-service",
    "type": "a_service.shipped",
    "subject": "order/o-1",
    "time": "2026-03-01T08:00:00.000000+00:00",
    "datacontenttype": "application/json",
    "partitionkey": "order/o-1",
    "position": "8",
    "previousposition": "5",
    "previousid": "9a3d0c5f-6e17-4b28-8d4f-2c7b1e9a0f55",
    "streamversion": "2",
    "recordedon": "2026-03-01",
    "actor": "api",
    "occurredon": "2026-03-01",
    "data": DATA,
}


def as_event(cls: Any, version: int = 1) -> Published:
    return Published("a-service", event_type(event("shipped", version=version, public=True)(cls)))


def schema(cls: Any) -> dict[str, Any]:
    return as_event(cls).schema


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A contracts folder that holds `Shipped` and its example."""
    write(tmp_path, [as_event(Shipped)], [])
    (tmp_path / "a_service/shipped.json").write_text(json.dumps(EXAMPLE))
    write(tmp_path, [as_event(Shipped)], [])  # the AsyncAPI document has the example now
    assert problems(tmp_path, [as_event(Shipped)], []) == []
    return tmp_path


def test_the_contracts_of_the_services_hold() -> None:
    all_services = services()
    everything = published(all_services)
    assert {one.service for one in everything} >= {"partner-registry", "orders-inventory"}
    assert problems(ROOT / "contracts", everything, list(consumed(all_services))) == []


def examples() -> list[Path]:
    return sorted(path for path in (ROOT / "contracts").glob("*/*.json") if not path.name.endswith(".schema.json"))


@pytest.mark.parametrize("path", examples(), ids=lambda path: path.stem)
def test_an_example_is_what_the_relay_sends(path: Path) -> None:
    example = json.loads(path.read_text("utf-8"))
    row = {
        "id": example["id"],
        "type": example["type"].partition(".")[2],
        "stream": example["partitionkey"],
        "recorded_at": datetime.fromisoformat(example["time"]),
        "position": int(example["position"]),
        "previous_position": int(example["previousposition"]),
        "previous_id": example["previousid"],
        "version": int(example["streamversion"]),
        "recorded_on": date.fromisoformat(example["recordedon"]),
        "occurred_on": date.fromisoformat(example["occurredon"]),
        "actor": example["actor"],
        "reason": None,
        "correlation": None,
        "causation": None,
        "trace": None,
    }
    sent = {name.removeprefix("ce_"): value.decode() for name, value in Encoder(example["source"]).headers(row)}
    sent["datacontenttype"] = sent.pop("content-type")
    told = {name: value for name, value in example.items() if name not in ("partitionkey", "data")}
    assert sent == told


def test_the_examples_are_cloud_events_to_others_too() -> None:
    assert examples()
    for path in examples():
        message = HTTPMessage(headers={"content-type": "application/cloudevents+json"}, body=path.read_bytes())
        read = from_structured_event(message, JSONFormat())
        assert read.get_type().replace(".", "/", 1) == path.relative_to(ROOT / "contracts").as_posix().removesuffix(".json")


def test_an_optional_field_more_breaks_nobody(folder: Path) -> None:
    class More(Shipped, frozen=True, kw_only=True):
        """Goods left the house."""

        carrier: str | None = None

    assert breaks(schema(Shipped), schema(More)) == []
    assert [problem.split(": ")[-1] for problem in schema_problems(folder, [as_event(More)])] == ["run make contracts"]
    written, refused = write(folder, [as_event(More)], [])
    assert (written, refused) == (["contracts/README.md", "contracts/asyncapi.yaml", "contracts/a_service/shipped.schema.json"], [])
    assert list(example_problems(folder, as_event(More))) == [], "an example from before the field still holds"


def test_an_optional_field_in_a_line_breaks_nobody() -> None:
    class LineWithBatch(Line, frozen=True, kw_only=True):
        batch: str | None = None

    class More(Struct, frozen=True, kw_only=True):
        order_id: str
        units: int
        note: str | None
        occurred_on: date
        lines: tuple[LineWithBatch, ...]

    assert breaks(schema(Shipped), schema(More)) == []


class Without(Struct, frozen=True, kw_only=True):
    order_id: str
    note: str | None
    occurred_on: date
    lines: tuple[Line, ...]


class Renamed(Without, frozen=True, kw_only=True):
    quantity: int


class Retyped(Without, frozen=True, kw_only=True):
    units: str


class Loosened(Without, frozen=True, kw_only=True):
    units: int | None


class Optional(Without, frozen=True, kw_only=True):
    units: int = 1


class Required(Shipped, frozen=True, kw_only=True):
    carrier: str


class OtherLine(Struct, frozen=True):
    sku: str
    price: int


class LineRetyped(Struct, frozen=True, kw_only=True):
    order_id: str
    units: int
    note: str | None
    occurred_on: date
    lines: tuple[OtherLine, ...]


class NoteDemanded(Struct, frozen=True, kw_only=True):
    order_id: str
    units: int
    note: str
    occurred_on: date
    lines: tuple[Line, ...]


@pytest.mark.parametrize(
    ("cls", "what"),
    [
        (Without, "has lost field 'units'"),
        (Renamed, "has lost field 'units'"),
        (Retyped, "field 'units' of the event, type was \"integer\""),
        (Loosened, "field 'units' of the event"),
        (Optional, "field 'units' of the event may now be missing"),
        (Required, "has a new field 'carrier' that must be there"),
        (LineRetyped, "field 'price' of field 'lines' of the event"),
        (NoteDemanded, "field 'note' of the event"),
    ],
)
def test_a_breaking_change_is_refused_and_its_schema_left_as_it_was(folder: Path, cls: Any, what: str) -> None:
    before = (folder / "a_service/shipped.schema.json").read_text()
    _, refused = write(folder, [as_event(cls)], [])
    assert what in refused[0]
    assert 'make it another event, @event("shipped", version=2, public=True)' in refused[0]
    assert (folder / "a_service/shipped.schema.json").read_text() == before
    assert list(schema_problems(folder, [as_event(cls)])) == refused


def test_a_schema_is_what_is_read_again_from_its_file() -> None:
    """Lines that may be missing are () in Python, and [] in the file."""

    class Bare(Shipped, frozen=True, kw_only=True):
        lines: tuple[Line, ...] = ()

    assert breaks(json.loads(text_of(schema(Bare))), schema(Bare)) == []


def test_a_default_may_not_change() -> None:
    class First(Shipped, frozen=True, kw_only=True):
        carrier: str = "post"

    class Then(Shipped, frozen=True, kw_only=True):
        carrier: str = "rail"

    assert breaks(schema(First), schema(Then)) == ['field \'carrier\' of the event, default was "post" and is "rail"']


def test_a_second_version_stands_beside_the_first(folder: Path) -> None:
    both = [as_event(Shipped), as_event(Renamed, version=2)]
    assert write(folder, both, [])[1] == []
    assert (folder / "a_service/shipped.v2.schema.json").exists()
    assert list(schema_problems(folder, both)) == []


def test_a_public_event_never_goes(folder: Path) -> None:
    assert all("its class must stay" in problem for problem in schema_problems(folder, []))
    assert len(list(schema_problems(folder, []))) == 2


def test_an_event_without_an_example_is_named(folder: Path) -> None:
    (folder / "a_service/shipped.json").unlink()
    assert any("has no example" in problem for problem in problems(folder, [as_event(Shipped)], []))


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"type": "a_service.sent"}, "type should be 'a_service.shipped'"),
        ({"occurredon": "2026-03-02"}, "occurredon should be '2026-03-01'"),
        ({"partitionkey": "other"}, "partitionkey should be 'order/o-1'"),
        ({"data": {**DATA, "units": "2"}}, "$.units"),
        ({"data": {**DATA, "units": None}}, "$.units"),
        ({"data": {**DATA, "occurred_on": "1 March"}}, "$.occurred_on"),
        ({"data": {**DATA, "lines": [{"sku": "s", "price": 9.9}]}}, "$.lines[0].price"),
        ({"data": {**DATA, "extra": 1}}, "its publisher would write"),
    ],
)
def test_an_example_that_is_not_what_is_sent_is_named(folder: Path, change: dict[str, Any], what: str) -> None:
    (folder / "a_service/shipped.json").write_text(json.dumps({**EXAMPLE, **change}))
    assert what in "\n".join(example_problems(folder, as_event(Shipped)))


def test_a_schema_is_one_document_and_says_whose_it_is() -> None:
    text = text_of(schema_of("a-service", as_event(Shipped).declared))
    assert "$ref" not in text
    assert json.loads(text)["$id"] == "urn:qudao:event:a_service.shipped"
    assert json.loads(text)["description"] == "Goods left."


def reader(cls: Any, name: str = "shipped") -> Consumed:
    return Consumed("a-reader", "a-service", event_type(event(name, public=True)(cls)))


def test_a_reader_takes_part_of_an_event(folder: Path) -> None:
    class Units(Struct, frozen=True):
        units: int
        carrier: str | None = None

    assert list(reader_problems(folder, [as_event(Shipped)], reader(Units))) == []


class Strict(Struct, frozen=True, forbid_unknown_fields=True):
    order_id: str


class Demanding(Struct, frozen=True):
    carrier: str


class Assuming(Struct, frozen=True):
    note: str


@pytest.mark.parametrize(
    ("cls", "what"), [(Strict, "cannot read"), (Demanding, "cannot read"), (Assuming, "cannot read")], ids=lambda value: str(value)
)
def test_a_reader_that_cannot_take_all_is_named(folder: Path, cls: Any, what: str) -> None:
    assert what in "\n".join(reader_problems(folder, [as_event(Shipped)], reader(cls)))


def test_a_reader_that_only_the_example_happens_to_please_is_named(folder: Path) -> None:
    (folder / "a_service/shipped.json").write_text(json.dumps({**EXAMPLE, "data": {**DATA, "note": "by chance"}}))
    assert "asks for more than its publisher promises" in next(reader_problems(folder, [as_event(Shipped)], reader(Assuming)))


def test_a_reader_of_what_nobody_publishes_is_named(folder: Path) -> None:
    assert "nobody publishes" in next(reader_problems(folder, [as_event(Shipped)], reader(Demanding, "lost")))
