"""A process and the broker's security: what is wrong with it ends the process with one line, before it has ever worked."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from channel_service.settings import BadSettings, broker_of, load
from channel_service.testing import running
from qudao_checks.kafka.secured import PASSWORD, USER, Secured
from specimen.app import SERVICE

GOOD = "postgresql://incentives@127.0.0.1:55432/incentives"


def told(secured: Secured, **settings: str) -> dict[str, str]:
    """What a process is told of a broker that asks for TLS and a user."""
    security = secured.right("SASL_SSL")
    said = {
        "KAFKA_BOOTSTRAP": secured.address("SASL_SSL"),
        "KAFKA_SECURITY": security.protocol,
        "KAFKA_SECURITY_CA": str(security.ca),
        "KAFKA_SECURITY_USER": USER,
        "KAFKA_SECURITY_PASSWORD": PASSWORD,
        "BROKER_PROFILE": "kafka",
        "TOPIC_REPLICATION": "1",
    }
    return {**said, **settings}


def test_the_password_is_read_from_the_folder_of_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUDAO_SECRETS_FOLDER", str(tmp_path))
    (tmp_path / "qudao_kafka_security_password").write_text("of-tests-only\n")
    settings = load(database_url=GOOD, kafka_bootstrap="b:1", kafka_security="SASL_PLAINTEXT", kafka_security_user="metrics")
    assert broker_of(settings).security.password == "of-tests-only"
    assert "of-tests-only" not in repr(settings)


def test_settings_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(BadSettings, match="QUDAO_KAFKA_SECURITY_USER is set, but QUDAO_KAFKA_SECURITY is PLAINTEXT"):
        broker_of(load(database_url=GOOD, kafka_bootstrap="b:1", kafka_security_user="metrics"))


def test_a_process_refuses_them_before_it_asks_anybody(specimen: Callable[..., Any]) -> None:
    ended = specimen(ROLE="worker", KAFKA_BOOTSTRAP="127.0.0.1:1", KAFKA_SECURITY="SASL_SSL").run()
    assert (ended.returncode, ended.stderr.splitlines()) == (
        2,
        ["channel-service cannot start: QUDAO_KAFKA_SECURITY_USER is not set; write the user that the broker knows the service as"],
    )


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"KAFKA_SECURITY_PASSWORD": "another"}, "does not take the user metrics with this password"),
        ({"KAFKA_SECURITY_MECHANISM": "PLAIN", "KAFKA_SECURITY_USER": "nobody"}, "does not take the user nobody with this password"),
        ({"KAFKA_SECURITY": "SSL", "KAFKA_SECURITY_USER": "", "KAFKA_SECURITY_PASSWORD": ""}, "asks for a user: write SASL_SSL"),
    ],
)
async def test_a_process_that_the_broker_does_not_take_ends_with_what_to_write(
    specimen: Callable[..., Any], secured: Secured, topic_prefix: str, settings: dict[str, str], text: str
) -> None:
    ended = await asyncio.to_thread(specimen(ROLE="worker", TOPIC_PREFIX=topic_prefix, **told(secured, **settings)).run)
    assert ended.returncode == 2, ended.stdout + ended.stderr
    [line] = [line for line in ended.stderr.splitlines() if line.startswith("channel-service cannot start: ")]
    assert text in line


async def test_a_process_that_is_told_right_works(secured: Secured, url: str, topic_prefix: str) -> None:
    settings = {name.lower(): value for name, value in told(secured).items()}
    del settings["kafka_bootstrap"]
    async with running(SERVICE, database_url=url, kafka=secured.address("SASL_SSL"), topic_prefix=topic_prefix, **settings) as client:
        worker = client.runtime.worker
        assert worker is not None
        async with asyncio.timeout(30):
            while not (worker.relay.caught_up() and worker.caught_up()):  # noqa: ASYNC110 - told by nobody
                await asyncio.sleep(0.05)
        assert worker.relay.status == "running"
