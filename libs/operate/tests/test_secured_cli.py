"""By hand on a broker that asks who we are, with the settings of the service's processes."""

import pytest
from qudao_checks.kafka.secured import PASSWORD, USER, Secured

from .test_cli import Cli, cli, unwilling, view

__all__ = ["cli", "unwilling", "view"]


def tell(monkeypatch: pytest.MonkeyPatch, secured: Secured, **settings: str) -> None:
    right = secured.right("SASL_SSL")
    said = {"BOOTSTRAP": secured.address("SASL_SSL"), "SECURITY": right.protocol, "SECURITY_CA": str(right.ca), "SECURITY_USER": USER}
    for name, value in {**said, "SECURITY_PASSWORD": PASSWORD, **settings}.items():
        monkeypatch.setenv(f"QUDAO_KAFKA_{name}", value)


async def test_the_broker_is_tried_over_tls_as_a_user(cli: Cli, secured: Secured, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(monkeypatch, secured)
    monkeypatch.setenv("QUDAO_BROKER_PROFILE", "kafka")
    shown = (await cli("broker")).stdout
    assert "transactions" in shown
    assert [line for line in shown.splitlines() if " no " in f"{line} "] == []


async def test_a_broker_that_does_not_take_us_is_a_wrong_setting(cli: Cli, secured: Secured, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(monkeypatch, secured, SECURITY_PASSWORD="another")
    assert "does not take the user metrics with this password" in (await cli("broker", ends="wrong")).stderr
    monkeypatch.setenv("QUDAO_KAFKA_SECURITY_PASSWORD", "")
    assert "QUDAO_KAFKA_SECURITY_PASSWORD is not set; write" in (await cli("broker", ends="wrong")).stderr
