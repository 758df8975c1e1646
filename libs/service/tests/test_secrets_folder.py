"""What nobody may read in the environment of a process is read from files, as containers are given their secrets."""

from pathlib import Path

import pytest
from channel_service.settings import BadSettings, Settings, load
from pydantic import SecretStr

URL = "postgresql://metrics@db/metrics"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of secrets of this process, with the URL of its database."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"QUDAO_{name.upper()}", raising=False)
    monkeypatch.setenv("QUDAO_SECRETS_FOLDER", str(tmp_path))
    (tmp_path / "qudao_database_url").write_text(URL)
    return tmp_path


def test_a_setting_is_read_from_the_file_of_its_name(folder: Path) -> None:
    assert load().database_url == URL
    (folder / "qudao_port").write_text("8102\n")  # as an editor and `echo` leave it
    assert load().port == 8102


@pytest.mark.parametrize("name", Settings.model_fields)
def test_there_is_no_setting_that_cannot_be_a_file(folder: Path, name: str) -> None:
    (folder / f"qudao_{name}").write_text("\n\n no value of any setting: \x01")
    texts = {"database_role", "instance", "host", "auth_issuer", "auth_audience", "auth_jwks"}
    texts |= {f"kafka_security_{one}" for one in ("ca", "certificate", "key", "user", "password")}  # files are opened by who uses them
    if name in texts:
        value = getattr(load(), name)
        assert (value.get_secret_value() if isinstance(value, SecretStr) else value) == "no value of any setting: \x01"
    else:
        with pytest.raises(BadSettings, match=f"^QUDAO_{name.upper()} is wrong; write "):
            load()


def test_the_environment_wins_over_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUDAO_DATABASE_URL", "postgresql://incentives@db/incentives")
    assert load().database_role == "incentives"


def test_what_is_given_wins_over_a_file() -> None:
    assert load(database_url="postgresql://comms@db/comms").database_role == "comms"


def test_a_wrong_file_is_named_and_not_shown(folder: Path) -> None:
    (folder / "qudao_database_url").write_text("mysql://me:s3cret@db/metrics")  # secret-rule: it is never sent to anybody
    with pytest.raises(BadSettings, match=r"^QUDAO_DATABASE_URL is wrong; write the URL") as refused:
        load()
    assert "s3cret" not in str(refused.value)


def test_a_file_that_is_no_text_is_refused_in_words(folder: Path) -> None:
    (folder / "qudao_secrets_key").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadSettings, match="cannot be read: it is no text"):
        load()


def test_a_file_that_cannot_be_read_is_refused_in_words(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", denied)  # root, as tests may run, is denied nothing
    with pytest.raises(BadSettings, match=f"{folder} cannot be read: Permission denied"):
        load()


def test_a_folder_that_is_not_there_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUDAO_SECRETS_FOLDER", str(folder / "missing"))
    with pytest.raises(BadSettings, match=r"^QUDAO_SECRETS_FOLDER is wrong; write a folder"):
        load()


def test_what_is_no_setting_is_passed_over(folder: Path) -> None:
    (folder / "kubernetes.io").mkdir()
    (folder / "postgres_password").write_text("x")
    assert load().database_url == URL
