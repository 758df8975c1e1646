"""The drill of docs/backup.md, with its own commands: dumped while orders come in, restored elsewhere, and everything goes on."""

import hashlib
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from channel_events import Topic
from channel_operate import installed
from qudao_checks.markdown import blocks
from qudao_checks.sources import ROOT
from qudao_local import databases
from qudao_local.binaries import postgres_bin
from qudao_local.folder import Folder
from qudao_local.ports import PORTS, free_port
from qudao_local.postgres import Postgres
from qudao_local.services import SERVICES
from qudao_local.stack import Stack

from .platform import Platform

DUMP, RESTORE = (block.text for block in blocks((ROOT / "docs/backup.md").read_text("utf-8")) if block.info == "sh")
FIRST, WHILE, AFTER = 40, 30, 20
"""Orders before the dump, while it is made, and after it."""
FILE = b"%PDF-1.7 an invoice"
ADDRESS = f"/v1/partners/p1/files/{hashlib.sha256(FILE).hexdigest()}"


def order(platform: Platform, number: int) -> int:
    """Places one, as a shop does that may send everything again; its status."""
    return platform.order(lines=[("bike", 1, "3.00"), ("bell", 2, "0.55")], source="drill", external_id=f"n{number}").status_code


def run(block: str, server: Postgres, backup: Path) -> None:
    """As written, with PostgreSQL's own programs."""
    url = server.dsn().removesuffix("/postgres")
    given = {**os.environ, "PATH": f"{postgres_bin()}:{os.environ['PATH']}", "SERVER": url, "BACKUP": str(backup)}
    done = subprocess.run(["bash", "-euc", block], env=given, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr


def over(folder: Folder, port: int) -> Postgres:
    """PostgreSQL as the stack of a folder runs it."""
    return Postgres(folder.path / "postgres", port, log=folder.log("postgres"), secret=folder.secret())


@pytest.fixture(scope="module")
def restored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A platform that was restored from the dumps of another one, which had gone on to take orders and is gone."""
    old, new, backup = (tmp_path_factory.mktemp(name) for name in ("old", "new", "backup"))
    with Stack(old, given=dict.fromkeys(PORTS, 0), say=lambda *_: None) as stack, Platform(stack.urls, stack.token()) as platform:
        platform.prepare()
        url, header = platform.urls["incentives"] + ADDRESS, {"content-type": "application/pdf"}
        assert platform.http.put(url, content=FILE, headers=header).status_code == 201
        assert {order(platform, number) for number in range(FIRST)} == {201}
        platform.until(lambda: platform.kpi("orders", source="drill") > FIRST / 2)  # its readers are under way
        going_on = threading.Thread(target=lambda: [order(platform, FIRST + number) for number in range(WHILE)])
        going_on.start()
        run(DUMP, over(stack.folder, stack.ports["postgres"]), backup)
        going_on.join()
        assert {order(platform, FIRST + WHILE + number) for number in range(AFTER)} == {201}
        platform.until(lambda: platform.kpi("orders", source="drill") == FIRST + WHILE + AFTER)
    # The secrets come from where they are kept; of the databases nothing is left.
    shutil.copytree(old, new, ignore=shutil.ignore_patterns("postgres*", "logs", "lock", "parts*"), dirs_exist_ok=True)
    folder = Folder(new)
    folder.log("postgres").parent.mkdir()
    server = over(folder, free_port())
    server.start()
    try:
        databases.create(server, SERVICES)
        run(RESTORE, server, backup)
    finally:
        server.stop()
    with Stack(new, given=dict.fromkeys(PORTS, 0), say=lambda *_: None) as stack, Platform(stack.urls, stack.token()) as platform:
        yield platform


def test_a_restored_platform_goes_on_and_what_is_sent_again_counts_once(restored: Platform) -> None:
    kept = {row["external_id"] for row in orders(restored)}
    assert kept >= {f"n{number}" for number in range(FIRST)}, "what was answered before the dump began"
    assert not kept & {f"n{FIRST + WHILE + number}" for number in range(AFTER)}, "what came after it is not there: so the drill is one"
    assert restored.stock("bike")["reserved"] == 1 + len(kept)
    # The shop sends everything once more, and something new.
    new = FIRST + WHILE + AFTER
    statuses = [order(restored, number) for number in range(new + 1)]
    assert [number for number, status in enumerate(statuses) if status == 201] == [n for n in range(new + 1) if f"n{n}" not in kept]
    assert set(statuses) <= {200, 201}
    restored.until(lambda: restored.kpi("orders", source="drill") == new + 1, 60)
    assert restored.kpi("gross", source="drill") == (new + 1) * Decimal("4.10")
    restored.until(lambda: restored.stock("bike")["reserved"] == 1 + new + 1)
    assert {row["external_id"] for row in orders(restored)} == {f"n{number}" for number in range(new + 1)}


def test_files_come_back_with_the_database_that_they_lie_in(restored: Platform) -> None:
    assert restored.http.get(restored.urls["incentives"] + ADDRESS).content == FILE


def orders(platform: Platform) -> list[dict[str, str]]:
    """Those of the shop; one more was placed when the platform was prepared."""
    return [row for row in platform.get("orders-inventory", "/v1/orders", limit=200)["items"] if row["source"] == "drill"]


def test_readers_are_dumped_before_those_they_read() -> None:
    """Otherwise a reader has applied what its source lacks after the restore, and stops as forked."""
    for block in (DUMP, RESTORE):
        (listed,) = re.findall(r"^for database in (.*); do$", block, re.MULTILINE)
        order = [name.replace("_", "-") for name in listed.split()]
        assert sorted(order) == sorted(one.name for one in installed())
        for one in installed():
            service = one.load()
            sources = [source for view in service.views for source in view.sources] + [each.source for each in service.reactions]
            read = {source.name for source in sources if isinstance(source, Topic)}
            assert all(order.index(one.name) < order.index(source) for source in read), one.name
