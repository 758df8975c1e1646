"""Who may import whom: each rule refuses a planted violation, and the repository has none."""

import pytest
from qudao_checks.imports import Module, circles, module_at, violations
from qudao_checks.sources import ROOT, python_files


def refused(name: str, text: str, *, test: bool = False) -> list[str]:
    return list(violations(Module(name, package=False, path="planted.py", text=text, test=test)))


def test_the_repository_keeps_its_import_rules() -> None:
    modules = [module for path in python_files() if (module := module_at(path))]
    assert {module.top for module in modules} >= {"channel_events", "channel_service", "partner_registry", "qudao_local"}
    assert [message for module in modules for message in violations(module)] == []


def test_no_rooms_of_a_package_import_each_other() -> None:
    assert list(circles(module for path in python_files() if (module := module_at(path)))) == []


def test_rooms_that_import_each_other_around_a_corner_are_found() -> None:
    texts = {
        "channel_service.http.body": "from channel_service.problems.words import Words",
        "channel_service.problems.handlers": "from channel_service.runtime import Runtime",
        "channel_service.runtime": "from channel_service.http.limits import Limits\nfrom channel_service.logs import configure",
        "channel_service.logs": "from channel_service.logs.more import x",
    }
    found = list(circles(Module(name, package=False, path=f"{name}.py", text=text) for name, text in texts.items()))
    assert [one.partition(":")[0] for one in found] == [
        "channel_service.http.body.py",
        "channel_service.problems.handlers.py",
        "channel_service.runtime.py",
    ]


@pytest.mark.parametrize(
    ("where", "line", "why"),
    [
        ("partner_registry.app", "import metrics", "services never import each other"),
        ("partner_registry.views.directory", "from orders_inventory.domain.order import OrderPlaced", "services never import each other"),
        ("partner_registry.domain.partner", "import uuid", "not among the packages"),
        ("partner_registry.domain.partner", "import asyncpg", "not among the packages"),
        ("partner_registry.domain.partner", "from channel_events import View", "domain may import channel_events.pure"),
        ("partner_registry.domain.partner", "from partner_registry.views import directory", "domain may import domain"),
        ("partner_registry.domain.partner", "from ..views import directory", "domain may import domain"),
        ("partner_registry.domain.partner", "from partner_registry import application", "domain may import domain"),
        ("partner_registry.contracts.orders", "from partner_registry.domain.partner import Partner", "contracts may import"),
        ("partner_registry.views.directory", "from partner_registry.application import orders", "views may import"),
        ("partner_registry.views.directory", "import fastapi", "not among the packages"),
        ("partner_registry.views.directory", "from channel_service import Page", "views may import"),
        ("partner_registry.contracts.directory", "from channel_service.partners import PartnerApplied", "contracts may import"),
        ("partner_registry.application.partners", "from partner_registry.api import partners", "application may import"),
        ("partner_registry.application.partners", "from channel_service import Problem", "application may import channel_events"),
        ("partner_registry.api.partners", "from partner_registry.contracts import orders", "api may import"),
        ("partner_registry.api.partners", "from partner_registry.domain.partner import PARTNER", "only classes"),
        ("partner_registry.api.partners", "from partner_registry.domain.partner import decide", "only classes"),
        ("partner_registry.problems", "from partner_registry.domain import partner", "problems may import nothing"),
        ("partner_registry.helpers.text", "import re", "room that partner_registry does not have"),
        ("partner_registry.kpis.net", "import decimal", "room that partner_registry does not have"),
        ("partner_registry.views.directory", "from channel_events.log import Log", "outside channel_events, import from"),
        ("partner_registry.views.directory", "from channel_events.pure.events import event", "outside channel_events, import from"),
        ("partner_registry.views.directory", "from channel_events import log", "outside channel_events, import from"),
        ("partner_registry.views.directory", "from channel_testing import feed", "for tests"),
        ("channel_events.view", "from channel_testing import feed", "for tests"),
        ("partner_registry.domain.partner", "from channel_events import schema", "domain may import channel_events.pure"),
        ("partner_registry.views.directory", "import qudao_local", "knows nothing of the qudao_local"),
        ("channel_service.receipts", "from channel_events.log.outcome import Appended", "outside channel_events, import from"),
        ("channel_service.receipts", "from metrics.app import SERVICE", "channel_service may import only"),
        ("channel_events.relay", "import channel_service", "channel_events may import only"),
        ("channel_events.subscription.fold", "from channel_operate import verify", "channel_events may import only"),
        ("channel_service.worker", "from channel_operate import verify", "channel_service may import only"),
        ("partner_registry.application.partners", "from channel_operate import verify", "application may import channel_events"),
        ("channel_operate.cli.views", "from channel_service import Service", "channel_operate may import only"),
        ("qudao_local.cli", "from channel_operate.cli.app import main", "outside channel_operate, import from"),
        ("channel_events.pure.decider", "from channel_events.log import Log", "the pure part"),
        ("channel_events.pure.decider", "import os", "the pure part"),
        ("qudao_local.stack", "from metrics.app import SERVICE", "qudao_local may import only"),
    ],
)
def test_an_import_against_the_rules_is_refused(where: str, line: str, why: str) -> None:
    (message,) = refused(where, f"\n{line}\n")
    assert message.startswith(f"planted.py:2: {where} ")
    assert why in message


@pytest.mark.parametrize("call", ["datetime.now(UTC)", "datetime.datetime.now()", "date.today()", "open('x')", "__import__('os')"])
def test_a_pure_room_reads_no_clock_and_touches_nothing(call: str) -> None:
    assert "arrive in the command" in refused("metrics.domain.kpi", f"x = {call}")[0]
    assert refused("metrics.application.kpi", f"x = {call}") == []


def test_an_import_inside_a_function_counts() -> None:
    assert refused("partner_registry.domain.partner", "def decide():\n    import random\n")


def test_a_services_tests_do_not_know_another_service() -> None:
    line = "from orders_inventory.domain.order import OrderPlaced"
    assert refused("metrics.tests.test_facts", line, test=True)
    assert refused("metrics.tests.test_facts", "from channel_testing import feed", test=True) == []


@pytest.mark.parametrize(
    ("where", "line"),
    [
        ("partner_registry.domain.partner", "from channel_events.pure import event"),
        ("partner_registry.domain.partner", "from partner_registry.domain.territory import Territory"),
        ("partner_registry.api.partners", "from partner_registry.domain.partner import ChannelType, SuspendPartner"),
        ("partner_registry.migrations.first", "from channel_events import schema"),
        ("channel_operate.verifying", "from channel_events.subscription.retiring import drop"),
        ("partner_registry.views.directory", "from channel_events import View, event"),
        ("partner_registry.views.directory", "from channel_service.partners import PartnerCopy"),
        ("partner_registry.application.partners", "from channel_service.look_alikes import noting"),
        ("channel_service.worker", "from channel_events.relay import Relay"),
        ("orders_inventory.connectors.shop", "from orders_inventory.domain.order import PlaceOrder"),
        ("metrics.kpis.net", "from metrics.domain.kpi import Kpi"),
    ],
)
def test_what_the_rules_allow_passes(where: str, line: str) -> None:
    assert refused(where, line) == []


def test_an_escape_needs_a_reason_on_the_same_line() -> None:
    line = "import uuid"
    assert refused("metrics.domain.kpi", f"{line}  # import-rule: ")
    assert refused("metrics.domain.kpi", f"{line}  # import-rule: the type only, no id is made here") == []
    assert refused("metrics.domain.kpi", f"# import-rule: a reason above does not count\n{line}")


def test_a_file_knows_its_module_and_its_owner() -> None:
    init = module_at(ROOT / "libs/events/src/channel_events/pure/__init__.py")
    assert init is not None
    assert (init.name, init.package, init.test) == ("channel_events.pure", True, False)
    test = module_at(ROOT / "libs/events/tests/test_log_schema.py")
    assert test is not None
    assert (test.top, test.test) == ("channel_events", True)
    assert module_at(ROOT / "tests/test_import_rules.py") is None
