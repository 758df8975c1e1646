"""From a public event's class to its JSON Schema."""

import json
from typing import Any

import msgspec
from channel_events.pure import EventType

Schema = dict[str, Any]
DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(service: str, declared: EventType) -> Schema:
    """The schema of an event's ``data``; all of it in one document, so that a reader needs no second one.

    Open for readers: a field that is not listed may come later and is to be ignored.
    """
    (root,), components = msgspec.json.schema_components([declared.cls], ref_template="{name}")
    body = _inlined(root, components)
    wire = declared.wire(service)
    schema: Schema = {"$schema": DRAFT, "$id": f"urn:qudao:event:{wire}", **body, "title": wire}
    return json.loads(text_of(schema))  # type: ignore[no-any-return]  # as it is read again: a default of () is []


def _inlined(part: Any, components: dict[str, Any]) -> Any:
    if isinstance(part, dict):
        if (name := part.get("$ref")) is not None:
            return _inlined(components[name], components)
        return {key: _inlined(value, components) for key, value in part.items()}
    return [_inlined(value, components) for value in part] if isinstance(part, list) else part


def text_of(schema: Schema) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
