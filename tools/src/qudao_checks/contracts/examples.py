"""Golden examples: a whole event as subscribers see it, written by hand once and never made again from code."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import msgspec

from qudao_checks.contracts.compatible import reads_all_of
from qudao_checks.contracts.published import Consumed, Published
from qudao_checks.contracts.schemas import schema_of

ENVELOPE = (
    *("specversion", "id", "source", "type", "subject", "time", "datacontenttype", "partitionkey", "position", "previousposition"),
    *("previousid", "streamversion", "recordedon", "actor", "occurredon", "data"),
)


def example_problems(root: Path, one: Published) -> Iterator[str]:
    """What is wrong with an event's example: its envelope, its data by the schema, its way through the publisher's class."""
    path = root / f"{one.file}.json"
    if not path.exists():
        yield f"{one.wire} has no example: write contracts/{one.file}.json by hand, with values as they really come"
        return
    example = json.loads(path.read_text("utf-8"))
    if tuple(example) != ENVELOPE:
        yield f"contracts/{one.file}.json: the attributes should be {', '.join(ENVELOPE)}"
        return
    expected = {"specversion": "1.0", "source": one.service, "type": one.wire, "datacontenttype": "application/json"}
    told = {"partitionkey": example["subject"], "occurredon": example["data"].get("occurred_on")}
    for name, value in (expected | told).items():
        if example[name] != value:
            yield f"contracts/{one.file}.json: {name} should be {value!r}"
    validator = jsonschema.Draft202012Validator(one.schema, format_checker=jsonschema.FormatChecker())
    for error in validator.iter_errors(example["data"]):
        yield f"contracts/{one.file}.json: {error.json_path}: {error.message}"
    if problem := _not_the_same_again(one, example["data"]):
        yield f"contracts/{one.file}.json: {problem}"


def _not_the_same_again(one: Published, data: Any) -> str | None:
    try:
        event = msgspec.json.decode(json.dumps(data), type=one.declared.cls)
    except msgspec.ValidationError as error:
        return f"its publisher cannot read it: {error}"
    again = json.loads(msgspec.json.encode(event))
    missing = again.keys() - data.keys()
    # An example older than an optional field does not hold it: that it reads as the field's default is the promise.
    again = {name: value for name, value in again.items() if name not in missing or name in one.schema["required"]}
    return None if again == data else f"its publisher would write {json.dumps(again)}"


def reader_problems(root: Path, all_published: list[Published], one: Consumed) -> Iterator[str]:
    """Whether a reader's model takes all its publisher may send: the example, with fields it does not know, and by schema."""
    of = next((each for each in all_published if each.wire == one.wire), None)
    if of is None:
        yield f"{one.reader} reads {one.wire}, which nobody publishes"
        return
    path = root / f"{of.file}.json"
    data = json.loads(path.read_text("utf-8"))["data"] if path.exists() else {}
    try:
        msgspec.json.decode(json.dumps({**data, "a_field_of_tomorrow": {"nested": [1]}}), type=one.declared.cls)
    except msgspec.ValidationError as error:
        yield f"{one.reader} cannot read {one.wire}: {error}"
        return
    if not reads_all_of(of.schema, schema_of(one.publisher, one.declared)):
        yield f"{one.reader}'s model of {one.wire} asks for more than its publisher promises; compare {one.declared.cls} with the schema"
