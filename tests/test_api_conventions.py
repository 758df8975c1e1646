"""What holds for every route of every service, by their OpenAPI documents."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any, NamedTuple, get_type_hints

import pytest
from channel_service import Service, create_app
from channel_service.commands.door import BODY
from channel_service.settings import load
from fastapi.routing import APIRoute
from jsonschema import Draft202012Validator, FormatChecker
from pydantic import BaseModel
from qudao_checks.rooms import SERVICES

NOT_SEARCHED = {
    "/v1/events": "by stream and position",
    "/v1/webhooks/{webhook_id}/deliveries": "all of one webhook, by status",
    "/v1/prices": "by list, currency and SKU",
    "/v1/stock": "by warehouse and SKU",
    "/v1/stock/{warehouse}/{sku}/movements": "all of one balance",
    "/v1/kpis": "a dozen",
    "/v1/files": "by partner and hash",
    "/v1/settlement/periods": "by name",
    "/v1/ledger-entries": "by payee, entry, rule, period and statement",
    "/v1/ledger-balances": "by payee and account",
    "/v1/statement-amounts": "by statement, payee and period",
    "/v1/payout-payments": "by payout and statement",
    "/v1/credit-note-lines": "by note and plan",
    "/v1/exchange-rates": "by currencies",
    "/v1/what-ifs": "by plan and stage",
    "/v1/what-if-payees": "by run and payee",
    "/v1/kpis/{kpi}/facts": "by the filters of the value that they explain",
}
NOT_WAITED_FOR = {"/v1/kpis": "made of code, no write changes it"}


class Operation(NamedTuple):
    service: str
    path: str
    method: str
    described: dict[str, Any]
    document: dict[str, Any]

    @property
    def parameters(self) -> set[str]:
        return {one["name"] for one in self.described.get("parameters", ())}

    @property
    def is_list(self) -> bool:
        """Whether it answers with pages: items, and where to go on."""
        content = self.described["responses"].get("200", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema", {})
        if "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return self.method == "get" and {"items", "next"} <= schema.get("properties", {}).keys()


def documents() -> Iterator[tuple[Service, dict[str, Any]]]:
    settings = load(database_url="postgresql://nobody@127.0.0.1:1/nothing", kafka_bootstrap="127.0.0.1:1")
    for name in SERVICES:
        service = import_module(f"{name}.app").SERVICE
        yield service, create_app(service, settings).openapi()


def models() -> Iterator[tuple[tuple[str, str, str], type[BaseModel]]]:
    """The pydantic models of JSON bodies, by service, path and method."""
    for module in SERVICES:
        service = import_module(f"{module}.app").SERVICE
        for route in (route for router in service.routers for route in router.routes if isinstance(route, APIRoute)):
            of_command = [getattr(route.endpoint, BODY, None)]
            hints = [hint for name, hint in get_type_hints(route.endpoint).items() if name != "return"]
            for hint in [*hints, *of_command]:
                if isinstance(hint, type) and issubclass(hint, BaseModel):
                    for method in route.methods or ():
                        yield (service.name, route.path, method.lower()), hint


MODELS = dict(models())
OPERATIONS = [
    Operation(service.name, path, method, described, document)
    for service, document in documents()
    for path, methods in document["paths"].items()
    for method, described in methods.items()
]
LISTS = [one for one in OPERATIONS if one.is_list]


def name(one: Operation) -> str:
    return f"{one.service} {one.method} {one.path}"


def test_there_are_lists_in_every_service() -> None:
    assert {one.service for one in LISTS} == {service.name for service, _ in documents()}


@pytest.mark.parametrize("one", LISTS, ids=name)
def test_a_list_has_pages_is_searched_and_waits_for_writes(one: Operation) -> None:
    wanted = {"cursor", "limit"}
    wanted |= set() if one.path in NOT_SEARCHED else {"q"}
    wanted |= set() if one.path in NOT_WAITED_FOR else {"wait_for"}
    assert wanted - one.parameters == set()


def test_exceptions_are_of_lists_that_there_are() -> None:
    assert {*NOT_SEARCHED, *NOT_WAITED_FOR} <= {one.path for one in LISTS}


def test_a_kpi_is_read_with_wait_for() -> None:
    [one] = [one for one in OPERATIONS if one.path == "/v1/kpis/{kpi}"]
    assert {"wait_for", "wait_source"} <= one.parameters


@pytest.mark.parametrize("one", LISTS, ids=name)
def test_a_list_can_be_exported_with_its_filters(one: Operation) -> None:
    path = one.path.replace("/v1/", "/v1/exports/", 1)
    found = [other for other in OPERATIONS if (other.service, other.path, other.method) == (one.service, path, "get")]
    assert [other.path for other in found] == [path]
    if one.path != "/v1/events":
        assert one.parameters - {"limit", "cursor"} | {"format"} == found[0].parameters


WITH_BODY = [one for one in OPERATIONS if "requestBody" in one.described]


@pytest.mark.parametrize("one", WITH_BODY, ids=name)
def test_a_body_has_an_example_that_fits_and_is_accepted(one: Operation) -> None:
    for media_type, content in one.described["requestBody"]["content"].items():
        given = [content["example"]] if "example" in content else [each["value"] for each in content["examples"].values()]
        assert given
        for example in given:
            schema = {**content["schema"], "components": one.document["components"]}
            Draft202012Validator(schema, format_checker=FormatChecker()).validate(example)
            if media_type == "application/json" and (model := MODELS.get((one.service, one.path, one.method))):
                model.model_validate(example)


def test_models_of_bodies_are_found() -> None:
    assert len(MODELS) > 15


ANSWERS = [
    (one, status)
    for one in OPERATIONS
    for status, answer in one.described["responses"].items()
    if status.startswith("2") and answer.get("content", {}).get("application/json", {}).get("schema")
]


@pytest.mark.parametrize(("one", "status"), ANSWERS, ids=lambda value: name(value) if isinstance(value, Operation) else value)
def test_an_answer_has_an_example_that_fits(one: Operation, status: str) -> None:
    content = one.described["responses"][status]["content"]["application/json"]
    schema = {**content["schema"], "components": one.document["components"]}
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(content["example"])


@pytest.mark.parametrize("one", OPERATIONS, ids=name)
def test_an_operation_is_described(one: Operation) -> None:
    assert one.described["tags"]
    assert one.described["summary"]
    assert {"422", "429", "default"} <= one.described["responses"].keys()


def test_a_command_takes_a_key_and_an_etag() -> None:
    commands = [one for one in WITH_BODY if {"Idempotency-Key", "If-Match"} & one.parameters]
    assert len(commands) > 15
    for one in commands:
        assert {"Idempotency-Key", "If-Match"} <= one.parameters
        assert "412" in one.described["responses"]
