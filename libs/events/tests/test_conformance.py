"""The broker of this run, or the one that QUDAO_TEST_KAFKA_BOOTSTRAP names, can do what the platform needs.

What it can do besides is printed: ``pytest -s``, or ``channel-events broker``.
"""

import os
from typing import Any

import pytest
from channel_events.broker import Broker
from channel_events.cli.output import table
from channel_events.conformance import TRIALS, Workbench, try_broker

BROKERS = ["embedded", *(["kafka"] if os.environ.get("QUDAO_TEST_KAFKA_BOOTSTRAP") else [])]


@pytest.mark.parametrize("profile", BROKERS)
async def test_the_broker_can_do_what_the_platform_needs(kafka: str, profile: str) -> None:
    bootstrap = kafka if profile == "embedded" else os.environ["QUDAO_TEST_KAFKA_BOOTSTRAP"]
    tried = await try_broker(Broker(bootstrap, profile))
    table(("ability", "works", "needed", "seen"), [[one.ability, one.works, one.needed, one.answer] for one in tried])
    assert [one.ability for one in tried] == [ability for ability, _, _ in TRIALS]
    assert [(one.ability, one.answer) for one in tried if one.needed and not one.works] == []
    works = {one.ability for one in tried if one.works}
    assert ("idempotent producer" in works) is Broker(bootstrap, profile).profile.idempotent, "the profile says otherwise"


async def test_a_broker_that_cannot_is_found(kafka: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def forgets(self: Workbench, *values: bytes, **_: Any) -> list[Any]:
        return []

    monkeypatch.setattr(Workbench, "send", forgets)
    monkeypatch.setattr("channel_events.conformance._SECONDS", 1)
    failed = {one.ability for one in await try_broker(Broker(kafka, "embedded")) if not one.works}
    assert failed >= {"order and confirmations", "headers and timestamps", "large records", "topics deleted and made again"}
