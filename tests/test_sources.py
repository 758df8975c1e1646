"""What no file of the repository may hold, shown on planted samples and on the repository."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from qudao_checks.sources import MAX_LINES, ROOT, long_files, python_files, secrets, traces, tracked_files, wrong_metrics, wrong_words


def test_no_file_is_too_long_to_read() -> None:
    assert list(long_files(python_files())) == []


def test_a_file_over_the_limit_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qudao_checks.sources.ROOT", tmp_path)
    long, fits = tmp_path / "long.py", tmp_path / "fits.py"
    long.write_text("x = 1\n" * (MAX_LINES + 1))
    fits.write_text("x = 1\n" * MAX_LINES)
    assert [message.split(":")[0] for message in long_files([long, fits])] == ["long.py"]


def test_one_word_for_one_thing() -> None:
    assert [message for path in python_files() for message in wrong_words(str(path), path.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    "line",
    [
        "class OrderProjection:",  # word-rule: a specimen
        "outbox = []",  # word-rule: a specimen
        "# goes to the dead letter queue",  # word-rule: a specimen
        "DEAD_LETTERS",  # word-rule: a specimen
        "# a saga",  # word-rule: a specimen
    ],
)
def test_a_word_that_has_another_name_here_is_found(line: str) -> None:
    assert list(wrong_words("planted.py", line))
    assert list(wrong_words("planted.py", line + "  # word-rule: a name of somebody else's")) == []


def test_usage_holds_no_wrong_word() -> None:
    assert list(wrong_words("planted.py", "usage of a projectionist's box")) == []


def test_metrics_are_named_for_qudao() -> None:
    assert [message for path in python_files() for message in wrong_metrics(str(path), path.read_text("utf-8"))] == []


@pytest.mark.parametrize("call", ["Gauge('relay_position', 'x')", "prometheus_client.Counter('qudao_relay_records', 'x')"])
def test_a_metric_with_another_name_is_found(call: str) -> None:
    assert len(list(wrong_metrics("planted.py", call))) == 1


def texts() -> Iterator[tuple[str, str]]:
    """The committed files that are texts."""
    for path in tracked_files():
        with suppress(UnicodeDecodeError):
            yield str(path.relative_to(ROOT)), path.read_text("utf-8")


def test_nothing_committed_belongs_to_one_machine() -> None:
    assert len(dict(texts())) > 50
    assert [message for path, text in texts() for message in traces(path, text)] == []


def test_nothing_committed_looks_like_a_secret() -> None:
    assert [message for path, text in texts() for message in secrets(path, text)] == []


@pytest.mark.parametrize(
    "line",
    [
        "/root/.venv/bin/python",  # trace-rule: a specimen
        "cd /work/main",  # trace-rule: a specimen
        "see /home/ada/qudao",  # trace-rule: a specimen
        f"url = https://files.{'python'}hosted.org/x.whl",
        "--index-url https://mirror.example/simple",  # trace-rule: a specimen
    ],
)
def test_a_trace_of_one_machine_is_found(line: str) -> None:
    assert len(list(traces("planted", line))) == 1


@pytest.mark.parametrize("line", ["tests/work/x", "GET /v1/orders", "the root/branch", "see ../shared/data"])
def test_an_ordinary_path_is_no_trace(line: str) -> None:
    assert list(traces("planted", line)) == []


@pytest.mark.parametrize(
    "line",
    [
        "token = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbm4iLCJhdWQ.c2lnbmF0dXJlLW9mLWFubg'",  # secret-rule: a specimen
        "-----BEGIN RSA PRIVATE KEY-----",  # secret-rule: a specimen
        "SECRET=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",  # secret-rule: a specimen
        "key: AKIAIOSFODNN7EXAMPLE",  # secret-rule: a specimen
        "postgresql://metrics:correct-horse@db.example/metrics",  # secret-rule: a specimen
    ],
)
def test_what_looks_like_a_secret_is_found(line: str) -> None:
    assert len(list(secrets("planted", line))) == 1


@pytest.mark.parametrize("line", ["postgresql://metrics@db/metrics", "f'postgresql://{user}:{password}@db'", "Bearer $TOKEN", "whsec_"])
def test_a_place_for_a_secret_is_none(line: str) -> None:
    assert list(secrets("planted", line)) == []
