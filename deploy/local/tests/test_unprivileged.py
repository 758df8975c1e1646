"""Root and ordinary users alike."""

import os
import shutil
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from qudao_local import unprivileged
from qudao_local.ports import free_port
from qudao_local.postgres import Postgres
from qudao_local.unprivileged import RootRefused

from .conftest import Launcher

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become others")


@pytest.fixture
def fresh_choice() -> Iterator[None]:
    unprivileged.prefix.cache_clear()
    yield
    unprivileged.prefix.cache_clear()


@as_root
def test_root_starts_it_below_a_private_folder_and_changes_no_owner_or_mode(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    postgres = Postgres(private / "pg", free_port())
    postgres.start()
    postgres.stop()
    assert (postgres.data.stat().st_uid, private.stat().st_uid) == (0, 0)
    assert stat.S_IMODE(private.stat().st_mode) == 0o700


@as_root
def test_root_without_user_namespaces_starts_the_same_folder_and_goes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh_choice: None
) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    postgres = Postgres(private / "pg", free_port())
    postgres.start()
    postgres.stop()
    with monkeypatch.context() as without:
        without.setattr(unprivileged, "_NAMESPACE", ("false",))
        unprivileged.prefix.cache_clear()
        postgres.start()
        assert postgres.data.stat().st_uid == unprivileged.owner() != 0
        postgres.stop()
    unprivileged.prefix.cache_clear()
    postgres.start()
    postgres.stop()
    assert postgres.data.stat().st_uid == 0


@as_root
def test_root_that_cannot_become_anybody_is_told_to_start_as_a_user(monkeypatch: pytest.MonkeyPatch, fresh_choice: None) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(RootRefused, match="start as an ordinary user"):
        unprivileged.prefix()


@as_root
def test_an_ordinary_user_runs_a_stack(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    shutil.chown(folder, "nobody", "nogroup")
    # The capability lets the user read this Python, which may lie in root's home; all else is as for anybody.
    as_nobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", *unprivileged.PASS_FOLDERS]
    launcher = Launcher(folder / "data")
    launcher.start(way=as_nobody)
    launcher.send(signal.SIGKILL)
    launcher.wait()
    assert launcher.all_gone()
    assert {path.stat().st_uid for path in folder.rglob("*")} == {folder.stat().st_uid}
