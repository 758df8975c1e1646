"""Every door of every service bounds the dates that it takes (``date_implausible``), before it looks anything up.

The doors come from the OpenAPI documents and from the imports' own examples, so a new one is walked at once.
"""

import json
from collections.abc import Awaitable, Callable, Iterator
from importlib import import_module
from typing import Any

import pytest
from channel_service import Service
from channel_service.examples import example_of
from channel_service.importing import ImportSet
from channel_service.importing.describing import row_of
from channel_service.importing.routes import sets_of
from channel_service.testing import running
from qudao_checks.rooms import SERVICES

SLIPS = ("9999-12-31", "2099-01-01", "1969-12-31", "0001-01-01")
IN_PATH = {
    "plan_id": "walk",
    "calendar_id": "calendar",
    "order_id": "shop:1",
    "credit_id": "shop:1",
    "currency": "CNY",
    "event_id": "0" * 32,
    "payee": "partner",
}
"""What parts of paths are filled with where a word would have no right form."""
Place = tuple[str | int, ...]
BETWEEN = {("put", "/v1/funds/walk", ("last",)), ("put", "/v1/plans/walk", ("rules", 0, "pays", "per_deal", "first"))}
"""Dates that lie between two that are bounded: out of their order they are no document at all."""


class Document:
    """A service's OpenAPI document, looked through."""

    def __init__(self, whole: dict[str, Any]) -> None:
        self._whole = whole
        self._schemas: dict[str, Any] = whole["components"]["schemas"]

    def operations(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Method, path with something in its parts, and what is said of it."""
        for path, methods in self._whole["paths"].items():
            for method, said in methods.items():
                for one in said.get("parameters", ()):
                    if one["in"] == "path":
                        path = path.replace(f"{{{one['name']}}}", IN_PATH.get(one["name"], "walk"))
                yield method, path, said

    def dates(self, schema: Any, at: Place = ()) -> Iterator[Place]:
        """Where a document of this schema holds dates; 0 stands for any place in a list."""
        for one in self._choices(schema):
            if one.get("format") == "date":
                yield at
            for name, inner in one.get("properties", {}).items():
                yield from self.dates(inner, (*at, name))
            if "items" in one:
                yield from self.dates(one["items"], (*at, 0))

    def with_(self, schema: Any, body: Any, at: Place, value: str) -> Any:
        """The body with ``value`` at this place; what leads there and is not there yet is made from examples."""
        if not at:
            return value
        name, rest = at[0], at[1:]
        one = next(one for one in self._choices(schema) if ("items" if name == 0 else "properties") in one)
        if name == 0:
            made = example_of(one["items"], self._schemas) if not body else body[0]
            return [self.with_(one["items"], made, rest, value), *(body or ())[1:]]
        inner = one["properties"][name]
        there = {} if body is None or one.get("maxProperties") == 1 else body
        made = there.get(name)
        if made is None and rest:
            made = example_of(inner, self._schemas)
        return {**there, name: self.with_(inner, made, rest, value)}

    def _choices(self, schema: Any) -> Iterator[Any]:
        """The schema, or those of which one holds, looked up."""
        if "$ref" in schema:
            schema = self._schemas[schema["$ref"].rpartition("/")[2]]
        choices = [one for name in ("anyOf", "oneOf", "allOf") for one in schema.get(name, ())]
        if not choices:
            yield schema
        for one in choices:
            yield from self._choices(one)


def requests(document: Document, said: dict[str, Any], slip: str) -> Iterator[tuple[Place, dict[str, Any]]]:
    """What to send to a command's route, once with the slip in each place for a date."""
    body = said.get("requestBody", {}).get("content", {}).get("application/json")
    if body is not None:
        example = body["example"] if "example" in body else next(iter(body["examples"].values()))["value"]
        for at in document.dates(body["schema"]):
            made = document.with_(body["schema"], example, at, slip)
            if "pays" in at:  # limits go with some types of rules only
                made["rules"] = [rule | {"limits": {}} for rule in made["rules"]]
            yield at, {"json": made}
    dated = [one["name"] for one in said.get("parameters", ()) if one["in"] == "query" and [*document.dates(one["schema"])]]
    for name in dated:
        yield (name,), {"params": dict.fromkeys(dated, "2027-01-01") | {name: slip}}


@pytest.mark.parametrize("name", SERVICES)
async def test_a_command_with_a_date_that_cannot_be_is_refused_at_its_route(
    name: str, migrated: Callable[[Service], Awaitable[str]]
) -> None:
    service: Service = import_module(f"{name}.app").SERVICE
    found: dict[tuple[str, str, Place], set[str]] = {}
    async with running(service, database_url=await migrated(service)) as client:
        document = Document((await client.get("/openapi.json")).json())
        for method, path, said in document.operations():
            for slip in SLIPS if method != "get" else ():
                for at, request in requests(document, said, slip):
                    answer = await client.request(method, path, **request)
                    code = answer.json().get("code", "") if answer.status_code == 422 else f"{answer.status_code} {answer.text[:300]}"
                    found.setdefault((method, path, at), set()).add(code)
    # The end of a time may be refused for lying before its beginning, and the beginning for lying behind the end.
    found = {place: codes for place, codes in found.items() if place not in BETWEEN or codes != {"invalid_request"}}
    wrong = {place: codes for place, codes in found.items() if not {"date_implausible"} <= codes <= {"date_implausible", "invalid_request"}}
    assert wrong == {}
    assert found or name in {"metrics", "comms"}, "services that take no date"


def _sets(name: str) -> list[ImportSet]:
    return [one for router in import_module(f"{name}.app").SERVICE.routers for one in sets_of(router)]


@pytest.mark.parametrize("name", [name for name in SERVICES if _sets(name)])
async def test_a_row_with_a_date_that_cannot_be_is_refused_and_the_date_is_blamed(
    name: str, migrated: Callable[[Service], Awaitable[str]]
) -> None:
    service: Service = import_module(f"{name}.app").SERVICE
    async with running(service, database_url=await migrated(service)) as client:
        for what in _sets(name):
            sent: list[tuple[str, dict[str, Any]]] = []
            for kind in what.kinds.values():
                schema = kind.form.model.model_json_schema()
                row, document = row_of(kind.kind, kind.example), Document({"components": {"schemas": schema.get("$defs", {})}})
                for at in document.dates(schema):
                    field = ".".join(map(str, at))
                    sent += [(field, document.with_(schema, row, at, slip) | {"key": f"{field} {slip}"}) for slip in SLIPS]
            body = "".join(json.dumps(row) + "\n" for _, row in sent)
            headers = {"content-type": "application/x-ndjson"}
            for dry_run in (True, False):
                answer = await client.post(f"/v1/imports/{what.name}", content=body, headers=headers, params={"dry_run": dry_run})
                *told, summary = (json.loads(line) for line in answer.text.splitlines())
                assert [(one["problem"], one["field"]) for one in told] == [("date_implausible", field) for field, _ in sent]
                assert summary["summary"]["refused"] == len(sent) > 0
