"""The AsyncAPI document: the published language as one file that tools for events understand."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from channel_events.partition import PARTITIONS  # import-rule: how many there are is part of the published language

from qudao_checks.contracts.published import ANY_SERVICE, Consumed, Published

NAME = "asyncapi.yaml"
Part = dict[str, Any]

_TEXT = {"type": "string"}
_DAY = {"type": "string", "format": "date"}
_NUMBER = {"type": "string", "pattern": "^[0-9]+$"}
_ID = {"type": "string", "format": "uuid"}

HEADERS: dict[str, tuple[Part, str]] = {
    "content-type": ({"const": "application/json"}, "Of the value."),
    "ce_specversion": ({"const": "1.0"}, "CloudEvents 1.0, Kafka binding, binary mode."),
    "ce_id": (_ID, "The event's id: random, and never given twice."),
    "ce_source": (_TEXT, "The service."),
    "ce_type": (_TEXT, "The event's name in the published language: that of the message."),
    "ce_subject": (_TEXT, "The stream that the event belongs to; also the record's key."),
    "ce_time": ({"type": "string", "format": "date-time"}, "When the log recorded it; never goes back along a log."),
    "ce_position": (_NUMBER, "Its place in the service's log."),
    "ce_previousposition": (_NUMBER, "The place of the previous event of the same partition; 0 when it is the first."),
    "ce_previousid": (_ID, "That event's id: a reader applies a record when this names the last one it applied."),
    "ce_streamversion": (_NUMBER, "Number of the event in its stream."),
    "ce_recordedon": (_DAY, "The day of `ce_time` in the brand's time zone."),
    "ce_actor": (_TEXT, "Who did it."),
    "ce_occurredon": (_DAY, "The business date, where the event has one."),
    "ce_reason": (_TEXT, "Why, where somebody said so."),
    "ce_correlation": (_TEXT, "The id of the request that began the chain of causes."),
    "ce_causation": (_TEXT, "The id of the event that caused this one."),
    "ce_traceparent": (_TEXT, "The trace it belongs to, as W3C's traceparent."),
}
_MAY_MISS = {"ce_occurredon", "ce_reason", "ce_correlation", "ce_causation", "ce_traceparent"}
_NOT_CE = {"datacontenttype": "content-type", "partitionkey": None, "data": None}


def document(root: Path, all_published: list[Published], readers: list[Consumed]) -> Part:
    """The document of all services; ``root`` is the folder with the examples."""
    everywhere = [one for one in all_published if one.service == ANY_SERVICE]
    services = list(dict.fromkeys(one.service for one in all_published if one.service != ANY_SERVICE))
    spoken = {service: [*(one for one in all_published if one.service == service), *everywhere] for service in services}
    return {
        "asyncapi": "3.1.0",
        "info": {
            "title": "Qudao: the published language",
            "version": "1.0.0",
            "description": "The public events of the services, a topic each. Events only ever gain optional fields: readers "
            "ignore fields and types they do not know. Topics repeat what a reader has not confirmed and may be filled again "
            "from the start; `ce_previousid` tells where a record belongs.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "local": {
                "host": "127.0.0.1:59092",
                "protocol": "kafka",
                "description": "The local stack. Elsewhere it is what QUDAO_KAFKA_BOOTSTRAP says.",
            }
        },
        "channels": {service: _channel(service, events) for service, events in spoken.items()},
        "operations": dict(_operations(spoken, readers)),
        "components": {
            "messages": {one.wire: _message(root, one) for one in all_published},
            "schemas": {"headers": _headers(), **{one.wire: _payload(one) for one in all_published}},
        },
    }


def text(root: Path, all_published: list[Published], readers: list[Consumed]) -> str:
    head = "# Made by make contracts from the code and the examples.\n"
    return head + yaml.dump(document(root, all_published, readers), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _ref(*path: str) -> Part:
    return {"$ref": "#/" + "/".join(path)}


def _channel(service: str, events: list[Published]) -> Part:
    return {
        "address": f"qudao.{service}",
        "description": f"What {service} makes public. `qudao.` is the setting QUDAO_TOPIC_PREFIX.",
        "messages": {one.wire: _ref("components", "messages", one.wire) for one in events},
        "bindings": {
            "kafka": {"partitions": PARTITIONS, "topicConfiguration": {"retention.ms": -1}, "bindingVersion": "0.5.0"},
        },
    }


def _operations(spoken: dict[str, list[Published]], readers: list[Consumed]) -> Iterator[tuple[str, Part]]:
    for service, events in spoken.items():
        messages = [_ref("channels", service, "messages", one.wire) for one in events]
        yield (
            f"{service}.tells",
            {
                "action": "send",
                "channel": _ref("channels", service),
                "summary": f"{service}'s relay sends its log's public events, in the log's order.",
                "messages": messages,
            },
        )
    for reader, publisher in dict.fromkeys((one.reader, one.publisher) for one in readers):
        read = sorted(one.wire for one in readers if (one.reader, one.publisher) == (reader, publisher))
        yield (
            f"{reader}.reads.{publisher}",
            {
                "action": "receive",
                "channel": _ref("channels", publisher),
                "summary": f"What {reader} uses of {publisher}.",
                "messages": [_ref("channels", publisher, "messages", wire) for wire in read],
            },
        )


def _headers() -> Part:
    properties = {name: {**schema, "description": meaning} for name, (schema, meaning) in HEADERS.items()}
    return {"type": "object", "required": [name for name in HEADERS if name not in _MAY_MISS], "properties": properties}


def _payload(one: Published) -> Part:
    """The schema without what only stands for itself as a document."""
    return {key: value for key, value in one.schema.items() if key not in ("$schema", "$id")}


def _message(root: Path, one: Published) -> Part:
    message: Part = {
        "name": one.wire,
        "title": one.declared.type,
        "summary": " ".join(str(one.schema.get("description", "")).split()).replace("``", "`"),
        "contentType": "application/json",
        "headers": _ref("components", "schemas", "headers"),
        "payload": _ref("components", "schemas", one.wire),
        "correlationId": {"location": "$message.header#/ce_correlation"},
        "bindings": {"kafka": {"key": {"type": "string", "description": "The stream."}, "bindingVersion": "0.5.0"}},
    }
    if one.service == ANY_SERVICE:
        message["description"] = "Any service may send it; its type then begins with that service's name."
    path = root / f"{one.file}.json"
    if path.exists():
        message["examples"] = [_example(json.loads(path.read_text("utf-8")))]
    return message


def _example(event: Part) -> Part:
    headers = {_NOT_CE.get(name, f"ce_{name}"): value for name, value in event.items()}
    return {"name": "golden", "headers": {name: value for name, value in headers.items() if name}, "payload": event["data"]}
