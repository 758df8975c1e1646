"""Whatever is changed in a statement is found, also by somebody who works the hashes out again."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from statement_checker import check
from statement_checker.numbers import exact, rounded

FILE = Path(__file__).parent / "statement.ndjson"
LINES = FILE.read_text("utf-8").splitlines()
Lines = list[dict[str, Any]]


def file() -> Lines:
    return [json.loads(line) for line in LINES]


def found(lines: Lines) -> list[str]:
    return check([json.dumps(one) for one in lines]).findings


def forged(lines: Lines) -> Lines:
    """With all hashes worked out again."""
    before = "0" * 64
    for one in lines[1:]:
        entry = one["entry"]
        entry |= {"previous": before} | ({"head": before} if "head" in entry else {})
        plain = {name: value for name, value in entry.items() if name != "hash"}
        text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        before = entry["hash"] = hashlib.sha256(text.encode()).hexdigest()
    return lines


def test_a_right_statement_is_right() -> None:
    report = check(LINES)
    assert (report.findings, report.entries, report.payable) == ([], len(LINES) - 1, {"CNY": "33.33", "JPY": "11"})
    assert report.head == file()[-1]["entry"]["hash"]
    assert forged(file()) == file()


@pytest.mark.parametrize("at", range(1, len(LINES)))
def test_an_entry_that_is_missing_is_found(at: int) -> None:
    lines = file()
    del lines[at]
    assert found(lines)
    assert found(forged(lines))


@pytest.mark.parametrize("at", range(1, len(LINES) - 1))
def test_entries_that_are_exchanged_are_found(at: int) -> None:
    lines = file()
    lines[at], lines[at + 1] = lines[at + 1], lines[at]
    assert found(lines)
    assert found(forged(lines))


def amounts(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where in the file there are amounts of money."""
    if isinstance(value, dict):
        own = [(*path, name) for name, one in value.items() if name in MONEY and isinstance(one, str)]
        return own + [place for name, one in value.items() for place in amounts(one, (*path, name))]
    return [place for at, one in enumerate(value) for place in amounts(one, (*path, at))] if isinstance(value, list) else []


MONEY = {"amount", "before", "after", "counted", "unrounded", "base", "rate", "carried", "accrued", "reversed", "adjusted", "payable"}
PLACES = amounts(file())


def changed(lines: Lines, place: tuple[Any, ...], more: str) -> bool:
    *path, name = place
    at: Any = lines
    for part in path:
        at = at[part]
    try:
        at[name] = str(exact(at[name]) + exact(more))
    except ValueError:
        return False  # a base of lines is a word: net
    return True


@pytest.mark.parametrize("place", PLACES, ids=lambda place: "/".join(map(str, place)))
def test_a_changed_cent_is_found(place: tuple[Any, ...]) -> None:
    lines = file()
    if changed(lines, place, "1/100"):
        assert found(lines)
        assert found(forged(lines)), "a forger who works the hashes out again"


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: lines[0].update(statement_id="partner~p-1001~2026-03"),
        lambda lines: lines[0].update(payee_id="p-1002"),
        lambda lines: lines[0].update(format="another"),
        lambda lines: lines.clear(),
        lambda lines: lines[2].update(what="something"),
        lambda lines: lines[2]["entry"].pop("amount"),
        lambda lines: lines[2]["entry"]["entry"].update(rounding="up"),
        lambda lines: lines.append({"what": "earning_accrued"}),
        lambda lines: lines.append([]),
    ],
)
def test_what_is_no_statement_is_said_and_not_raised(change: Callable[[Any], Any]) -> None:
    lines = file()
    change(lines)
    assert found(lines)


@pytest.mark.parametrize(
    ("value", "rounding", "amount"),
    [
        ("0.125", "half_even", "0.12"),
        ("0.125", "half_up", "0.13"),
        ("-0.125", "half_up", "-0.13"),
        ("0.129", "down", "0.12"),
        ("-0.129", "down", "-0.12"),
        ("1/3", "half_up", "0.33"),
    ],
)
def test_rounding(value: str, rounding: str, amount: str) -> None:
    assert rounded(exact(value), "CNY", rounding) == exact(amount)
    assert rounded(exact("0.5"), "JPY", "half_up") == 1
    assert rounded(exact("0.0005"), "KWD", "half_up") == exact("0.001")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    # Alone: nothing of the environment but Python itself.
    source = str(Path(__file__).parents[1] / "src")
    return subprocess.run(
        [
            sys.executable,
            "-I",
            "-S",
            "-c",
            f"import sys; sys.path.insert(0, {source!r}); from statement_checker.cli import main; sys.exit(main())",
            *arguments,
        ],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_program_needs_nothing_but_python(tmp_path: Path) -> None:
    done = run(str(FILE))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("partner~p-1001~2026-02: 15 entries are right, payable is 33.33 CNY, 11 JPY\nhash ")
    wrong = tmp_path / "wrong.ndjson"
    wrong.write_text("\n".join([*LINES[:3], *LINES[4:]]), "utf-8")
    assert run(str(wrong)).returncode == 1
    assert [run().returncode, run(str(tmp_path / "nothing")).returncode] == [2, 2]
