"""PostgreSQL and the broker: ready means ours, and no end of them loses what was kept or keeps the next start from working."""

import os
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from qudao_local import databases
from qudao_local.broker import Broker, cluster_id
from qudao_local.ports import free_port
from qudao_local.postgres import Postgres
from qudao_local.server import Foreign, StartFailed
from qudao_local.services import Service, ServiceKind

KINDS = [ServiceKind("first-service"), ServiceKind("second-service")]


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[Postgres]:
    one = Postgres(tmp_path / "pg", free_port(), secret="of this test")
    yield one
    one.stop()


async def _fetch(dsn: str, sql: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def test_confirmed_rows_survive_a_kill_and_the_next_start(postgres: Postgres) -> None:
    postgres.start()
    assert await _fetch(postgres.dsn(), "show fsync") == await _fetch(postgres.dsn(), "show synchronous_commit") == "on"
    await _fetch(postgres.dsn(), "create table kept as select 42 as answer")
    postgres.kill()
    assert (postgres.data / "postmaster.pid").exists()
    postgres.start()
    assert await _fetch(postgres.dsn(), "select answer from kept") == 42


def test_a_lock_file_that_names_a_living_stranger_is_no_hindrance(postgres: Postgres) -> None:
    postgres.init()
    (postgres.data / "postmaster.pid").write_text(f"{os.getppid()}\n{postgres.data}\n1\n{postgres.port}\n\n127.0.0.1\n")
    postgres.start()


def test_a_data_folder_whose_making_was_cut_short_is_made_anew(postgres: Postgres) -> None:
    half = postgres.data.with_name("pg.new")
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    postgres.start()


def test_two_servers_never_work_on_one_data_folder(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qudao_local.postgres._ENDING", 0.3)
    postgres.start()
    with pytest.raises(StartFailed, match="in use by another PostgreSQL"):
        Postgres(postgres.data, free_port(), secret="of this test").start()


def test_another_postgresql_on_the_port_is_noticed(postgres: Postgres, tmp_path: Path) -> None:
    postgres.start()
    other = Postgres(tmp_path / "other", postgres.port, secret="of this test")
    other.command()
    with pytest.raises(Foreign, match="another PostgreSQL"):
        other.ready()


async def test_roles_need_their_passwords_and_enter_only_their_own_database(postgres: Postgres) -> None:
    postgres.start()
    databases.create(postgres, KINDS)
    databases.create(postgres, KINDS)  # every start does it again
    first, second = KINDS
    await _fetch(postgres.dsn(first.database, first.owner), "create table t (x integer)")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await _fetch(postgres.dsn(first.database, first.database), "create table mine (x integer)")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await _fetch(postgres.dsn(first.database, first.database), "drop table t")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await _fetch(postgres.dsn(second.database, first.database), "select 1")
    elsewhere = (
        "select string_agg(r.rolname || ' in ' || d.datname, ', ') from pg_roles r, pg_database d where r.rolname like 'first_service%' "
        "and has_database_privilege(r.oid, d.oid, 'connect') and d.datallowconn and d.datname <> 'first_service'"
    )
    assert await _fetch(postgres.dsn(), "select count(*) from pg_roles where rolname like 'first_service%'") == 3
    assert await _fetch(postgres.dsn(), elsewhere) is None
    for role in (first.database, "postgres"):
        with pytest.raises(asyncpg.InvalidPasswordError):
            await _fetch(f"postgresql://{role}:guess@127.0.0.1:{postgres.port}/{first.database}", "select 1")


def test_a_broker_is_known_by_the_cluster_id_of_its_start(own_broker: Broker) -> None:
    assert cluster_id(own_broker.port) == own_broker.cluster_id
    before = own_broker.cluster_id
    own_broker.kill()
    own_broker.start()
    assert cluster_id(own_broker.port) == own_broker.cluster_id != before


def test_another_broker_on_the_port_is_noticed(own_broker: Broker, tmp_path: Path) -> None:
    other = Broker(own_broker.port, tmp_path / "other.log")
    with pytest.raises(StartFailed, match="in use by pid"):
        other.start()
    # Had the port been taken a moment later: our process lives, but it is the other that answers.
    other.command()
    with pytest.raises(Foreign, match=own_broker.cluster_id):
        other.ready()


@pytest.mark.parametrize(
    "answer",
    [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x00\x00\x00\x0c" + b"\x00" * 12, b"\x00\x00\x00\x0c\x00\x00\x00\x01\x00\x00\x00\x09ab"],
)
def test_what_is_no_broker_is_not_taken_for_one(answer: bytes, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer_once() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(answer)

        thread = threading.Thread(target=answer_once)
        thread.start()
        with pytest.raises(Foreign, match="no broker"):
            Broker(server.getsockname()[1], tmp_path / "log").ready()
        thread.join()


def test_a_server_that_does_not_start_says_why_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUDAO_BROKEN", "1")
    service = Service(ServiceKind("fake-service"), free_port(), tmp_path / "log", {})
    with pytest.raises(StartFailed, match="it was told to be broken"):
        service.start()
    assert service.process
    assert service.process.returncode == 1


def test_another_process_of_a_service_on_the_port_is_noticed(tmp_path: Path) -> None:
    one = Service(ServiceKind("fake-service"), free_port(), tmp_path / "log", {})
    one.start()
    other = Service(one.kind, one.port, tmp_path / "other.log", {})
    other.command()
    with pytest.raises(Foreign, match="not the process that was started"):
        other.ready()
    one.stop()


def test_settings_of_the_users_own_databases_stay_out(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"PGSSLMODE": "require", "PGPASSWORD": "wrong", "PGHOST": "example.invalid"}.items():
        monkeypatch.setenv(name, value)
    postgres.start()
    assert sys.executable
