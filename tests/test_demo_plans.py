"""The plans of the demo are plans as incentives takes them: each document is right, and every example of it holds."""

from pathlib import Path

import pytest
from channel_service.commands import Form
from incentives.api.plan_yaml import read_yaml
from incentives.domain.calculation.trial import tried
from incentives.domain.plan.commands import DraftPlan
from incentives.domain.plan.document import faults
from qudao_local.demo.generator.program import PLANS

FILES = sorted(PLANS.glob("*.yaml"))


def test_there_are_some() -> None:
    assert [file.stem for file in FILES] == ["agents-2025", "distributors-2025", "ecommerce-2025"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_plan_is_right_and_its_examples_hold(file: Path) -> None:
    plan = Form(DraftPlan, ["plan_id"]).read(read_yaml(file.read_bytes()), {"plan_id": file.stem})
    assert list(faults(plan)) == []
    found = list(tried(plan))
    assert len(found) >= 2
    assert [one for one in found if not one.holds] == []
