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

FILE, SHARES = Path(__file__).parent / "statement.ndjson", Path(__file__).parent / "shares.ndjson"
"""Of rules of several kinds; and of shares of what others earned, and of what was shared with others when it was posted already."""
FILES = {one: one.read_text("utf-8").splitlines() for one in (FILE, SHARES)}
LINES = FILES[FILE]
Lines = list[dict[str, Any]]


def file(path: Path = FILE) -> Lines:
    return [json.loads(line) for line in FILES[path]]


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
    shares = check(FILES[SHARES])
    assert (shares.findings, shares.payable) == ([], {"CNY": "-11.44"})
    assert forged(file(SHARES)) == file(SHARES)


def entries(before_last: int) -> list[Any]:
    """Which file, and which entry of it, but for so many at its end."""
    return [pytest.param(path, at, id=f"{path.stem}/{at}") for path, lines in FILES.items() for at in range(1, len(lines) - before_last)]


@pytest.mark.parametrize(("path", "at"), entries(0))
def test_an_entry_that_is_missing_is_found(path: Path, at: int) -> None:
    lines = file(path)
    del lines[at]
    assert found(lines)
    assert found(forged(lines))


@pytest.mark.parametrize(("path", "at"), entries(1))
def test_entries_that_are_exchanged_are_found(path: Path, at: int) -> None:
    lines = file(path)
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
PLACES = [pytest.param(path, place, id="/".join(map(str, (path.stem, *place)))) for path in FILES for place in amounts(file(path))]


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


@pytest.mark.parametrize(("path", "place"), PLACES)
def test_a_changed_cent_is_found(path: Path, place: tuple[Any, ...]) -> None:
    lines = file(path)
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


def share() -> tuple[Lines, dict[str, Any]]:
    """A file, and in it the first entry that is a share of another: a third of 100.01."""
    lines = file(SHARES)
    return lines, next(one["entry"] for one in lines if one.get("entry", {}).get("entry", {}).get("rule_type") == "payout_share")


def come_to(entry: dict[str, Any], amount: str) -> None:
    """In all that it says of its amount."""
    of = entry["entry"]
    entry |= {"amount": amount, "after": amount}
    of |= {"unrounded": amount, "changes": [{"step": "remainder", "before": of["changes"][0]["before"], "after": amount}]}
    entry["postings"] = [{**one, "amount": f"{'-' * (at == 1)}{amount}"} for at, one in enumerate(entry["postings"])]


def test_a_share_is_its_part_of_the_whole_but_for_less_than_a_cent() -> None:
    for amount, right in (("33.33", True), ("33.34", True), ("33.35", False), ("33.32", False)):
        lines, entry = share()
        come_to(entry, amount)
        says = [one for one in found(forged(lines)) if "smallest unit or more" in one]
        assert (says == []) is right, amount


@pytest.mark.parametrize(
    "change",
    [
        lambda of: of["slices"][0].update(base="100.02"),
        lambda of: of["slices"][0].update(rate="4/3"),
        lambda of: of.update(slices=of["slices"] * 2),
        lambda of: of.update(slices=[]),
    ],
)
def test_what_is_no_share_of_the_whole_is_found(change: Callable[[Any], Any]) -> None:
    lines, entry = share()
    change(entry["entry"])
    assert any("no share of" in one for one in found(forged(lines)))


def test_only_a_share_has_a_remainder() -> None:
    lines, entry = share()
    entry["entry"]["rule_type"] = "flat"
    assert any("is no share, and does not become" in one for one in found(forged(lines)))


def test_what_is_shared_leaves_nothing() -> None:
    lines = file(SHARES)
    shared = [step for one in lines[1:] for step in one["entry"].get("entry", {}).get("changes", ()) if step["step"] == "shared"]
    shared[0]["after"] = "1.00"
    assert any("leaves nothing (shared)" in one for one in found(forged(lines)))


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
