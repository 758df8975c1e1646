"""A setting that is missing or wrong is said plainly, at once, by a process that does not start."""

import resource
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from channel_service.runtime import START_SECONDS
from channel_service.settings import BadSettings, load
from channel_service.testing import running
from specimen.app import SERVICE

GOOD = "postgresql://incentives@127.0.0.1:55432/incentives"


def reasons(**given: Any) -> str:
    with pytest.raises(BadSettings) as refused:
        load(**{"database_url": GOOD, **given})
    return str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("database_url", "mysql://a@b/c"),
        ("database_url", "postgresql://host/database"),
        ("database_url", "postgresql://user@host"),
        ("kafka_bootstrap", "localhost"),
        ("kafka_bootstrap", "localhost:0"),
        ("kafka_bootstrap", "a:1,,b:2"),
        ("broker_profile", "rabbit"),
        ("topic_replication", "0"),
        ("topic_replication", "three"),
        ("topic_prefix", "white space"),
        ("timezone", "Mars/Olympus"),
        ("fiscal_year", "from avril"),
        ("timezone", ""),
        ("timezone", "../etc/passwd"),
        ("port", "0"),
        ("port", "eighty"),
        ("role", "manager"),
        ("log_level", "loud"),
        ("log_format", "xml"),
        ("max_body_bytes", "12"),
        ("database_connections", "0"),
        ("durable", "perhaps"),
        ("end_with_stdin", "maybe"),
    ],
)
def test_a_wrong_setting_is_named_with_what_to_write(name: str, value: str) -> None:
    text = reasons(**{name: value})
    assert text.startswith(f"QUDAO_{name.upper()} is wrong; write ")
    assert "\n" not in text


def test_a_missing_database_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QUDAO_DATABASE_URL", raising=False)
    with pytest.raises(BadSettings, match="QUDAO_DATABASE_URL is not set; write the URL"):
        load()


def test_each_wrong_setting_has_its_line() -> None:
    assert [line.split(" ")[0] for line in reasons(port="x", role="y").splitlines()] == ["QUDAO_PORT", "QUDAO_ROLE"]


def test_a_refusal_never_shows_a_password() -> None:
    assert "s3cret" not in reasons(database_url="mysql://me:s3cret@host/db")  # secret-rule: it is never sent to anybody


def test_variables_carry_the_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUDAO_DATABASE_URL", GOOD)
    monkeypatch.setenv("QUDAO_PORT", "8102")
    monkeypatch.setenv("PORT", "1")
    loaded = load()
    assert (loaded.port, loaded.database_role, loaded.zone.key) == (8102, "incentives", "Asia/Shanghai")


@contextmanager
def five_seconds() -> Iterator[None]:
    """By the process's own time: other work on the machine does not count. How long it waits for a database is tested below."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    yield
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime) < 5


def test_a_process_with_a_wrong_setting_refuses_within_five_seconds(specimen: Callable[..., Any]) -> None:
    with five_seconds():
        ended = specimen(TIMEZONE="Mars/Olympus", PORT="x").run()
    assert ended.returncode == 2
    assert ended.stderr.splitlines() == [
        "channel-service cannot start: QUDAO_TIMEZONE is wrong; write the brand's time zone by its IANA name, like Asia/Shanghai",
        "channel-service cannot start: QUDAO_PORT is wrong; write the port to listen on, a whole number from 1 to 65535, like 8102",
    ]


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"DATABASE_URL": ""}, "QUDAO_DATABASE_URL is not set"),
        ({"DATABASE_URL": "postgresql://me@127.0.0.1:1/x"}, "no database answers there"),
        ({"ROLE": "worker"}, "QUDAO_KAFKA_BOOTSTRAP is not set, and the role worker moves events"),
        ({"DURABLE": "true"}, "PostgreSQL runs with fsync=off"),
    ],
)
def test_a_process_that_cannot_work_refuses_within_five_seconds(
    specimen: Callable[..., Any], settings: dict[str, str], reason: str
) -> None:
    with five_seconds():
        ended = specimen(**settings).run()
    assert ended.returncode == 2, ended.stdout + ended.stderr
    assert reason in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


async def test_a_database_that_never_answers_is_not_waited_for_long() -> None:
    assert START_SECONDS <= 2  # the rest of the five seconds is for starting Python
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"postgresql://me@127.0.0.1:{silent.getsockname()[1]}/x"
        began = time.monotonic()
        with pytest.raises(BadSettings, match="no database answers there"):
            async with running(SERVICE, database_url=address):
                pass
        assert time.monotonic() - began < START_SECONDS + 5  # not the minute that a client would wait by default


def test_a_database_that_does_not_exist_is_said(specimen: Callable[..., Any], url: str) -> None:
    ended = specimen(DATABASE_URL=url + "x").run()
    assert (ended.returncode, "there is no such database" in ended.stderr) == (2, True)


def test_a_database_never_migrated_is_said_with_the_command(specimen: Callable[..., Any], url: str) -> None:
    ended = specimen(DATABASE_URL=url.rsplit("/", 1)[0] + "/postgres").run()
    assert (ended.returncode, "run: python -m specimen migrate" in ended.stderr) == (2, True)


def test_a_port_in_use_is_said(specimen: Callable[..., Any]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = specimen(PORT=str(taken.getsockname()[1])).run()
    assert (ended.returncode, "Address already in use" in ended.stderr) == (2, True)


def test_migrating_needs_the_owner(specimen: Callable[..., Any]) -> None:
    ended = specimen().run("migrate")
    assert (ended.returncode, "QUDAO_OWNER_DATABASE_URL is not set" in ended.stderr) == (2, True)


@pytest.mark.parametrize("origins", ["127.0.0.1:8104", "http://127.0.0.1:8104/", "*", "ftp://a", "http://a, http://b"])
def test_what_is_no_origin_is_refused(monkeypatch: pytest.MonkeyPatch, origins: str) -> None:
    with pytest.raises(BadSettings, match="QUDAO_ALLOWED_ORIGINS is wrong"):
        load(database_url="postgresql://a@h/a", allowed_origins=origins)
    with pytest.raises(BadSettings, match="QUDAO_SERVICE_URLS is wrong"):
        load(database_url="postgresql://a@h/a", service_urls=f"metrics={origins}")
