"""What files may do to an import: odd ends, odd encodings, odd sizes. Each is answered, and the good rows go on."""

import asyncio
import csv
import io
import re
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
from channel_events import Actor
from channel_service.exporting.encoders import Csv
from channel_service.importing import Importable, ImportSet, never
from channel_service.importing.csv import MAX_BETWEEN, CsvReader
from channel_service.importing.describing import rows_of, sheet_of
from channel_service.importing.lines import MAX_LINE_BYTES, Lines
from channel_service.importing.ndjson import NdjsonReader
from channel_service.importing.records import MOST_LINES
from channel_service.importing.results import Summary
from channel_service.importing.rows import RefusedRow
from channel_service.importing.run import Import
from hypothesis import given
from hypothesis import strategies as st
from specimen.counter import Raise

RAISES = Importable("raise", Raise, key=["counter", "on"], changed=never, example=Raise(counter="a", by=1))
WHAT = ImportSet("raises", RAISES, default=RAISES, summary="Raise counters")


def read(reader: Any, *pieces: bytes) -> list[Any]:
    return [one for piece in (*pieces, None) for one in (reader.end() if piece is None else reader.feed(piece)) if one is not None]


def sheet(*pieces: bytes) -> list[Any]:
    return read(CsvReader(WHAT), *pieces)


def said(reads: list[Any]) -> list[Any]:
    """Counters of the rows, codes of the refused."""
    return [(one.number, one.code if isinstance(one, RefusedRow) else one.command.counter) for one in reads]


GOOD: list[tuple[str, bytes]] = [
    ("byte order mark", b"\xef\xbb\xbfcounter,by\na,1\n"),
    ("carriage returns", b"counter,by\r\na,1\r\n"),
    ("no end of line", b"counter,by\na,1"),
    ("semicolons", b"counter;by\na;1\n"),
    ("tabs", b"counter\tby\na\t1\n"),
    ("quotes", b'"counter","by"\n"a","1"\n'),
    ("blank lines", b"\n  \ncounter,by\n\n\r\na,1\n\n"),
    ("blanks around", b" counter , by \n a , 1 \n"),
    ("a kind", b"kind,counter,by\nraise,a,1\n"),
    ("a kind left out", b"kind,counter,by\n,a,1\n"),
]


@pytest.mark.parametrize("file", [file for _, file in GOOD], ids=[name for name, _ in GOOD])
def test_files_as_programs_write_them_are_read(file: bytes) -> None:
    for pieces in ([file], [file[n : n + 1] for n in range(len(file))]):
        assert [one.command for one in sheet(*pieces)] == [Raise(counter="a", by=1)]


def test_quotes_hold_separators_and_quotes() -> None:
    (row,) = sheet(b'by,counter\n1,"a, ""b"""\n')
    assert row.command.counter == 'a, "b"'


def test_cells_in_quotes_hold_line_breaks_and_rows_keep_the_number_of_their_first_line() -> None:
    for file in (b'by,counter\n1,"a\nb"\n2,c\n', b'by,counter\r\n1,"a\r\nb"\r\n2,c\r\n'):
        for pieces in ([file], [file[n : n + 1] for n in range(len(file))]):
            assert [(one.number, one.command.counter) for one in sheet(*pieces)] == [(2, "a\nb"), (4, "c")]


@pytest.mark.parametrize("most", [1, MOST_LINES - 2, MOST_LINES + 5])
def test_a_quote_that_is_never_closed_costs_its_own_row_only(most: int) -> None:
    rows = b"".join(b"r%d,1\n" % number for number in range(most))
    assert said(sheet(b'counter,by\n"a,1\n' + rows)) == [(2, "row_malformed"), *((n + 3, f"r{n}") for n in range(most))]


def test_rows_behind_an_open_quote_do_not_wait_for_the_end_of_the_file() -> None:
    reader = CsvReader(WHAT)
    list(reader.feed(b'counter,by\n"a,1\n'))
    read = [one for one in reader.feed(b"b,1\n" * (MOST_LINES + 1)) if one is not None]
    assert [one.code if isinstance(one, RefusedRow) else one.command.counter for one in read[:3]] == ["row_malformed", "b", "b"]


def test_quotes_that_do_not_belong_together_join_no_rows() -> None:
    """Inches, say: ``5" pipe`` is a text as it stands."""
    assert said(sheet(b'counter,by\n5" pipe,1\nb,1\n6" pipe,1\nc,1\n')) == [(2, '5" pipe'), (3, "b"), (4, '6" pipe'), (5, "c")]
    assert said(sheet(b'counter,by\n"a,1\nb"x,1\nc,1\n')) == [(2, "row_malformed"), (3, 'b"x'), (4, "c")]


def test_a_flood_of_open_quotes_is_held_in_bounds() -> None:
    reader = CsvReader(WHAT)
    list(reader.feed(b'counter,by\n"a\n'))
    for _ in range(50):
        list(reader.feed(b"x" * 100_000 + b"\n"))
        assert sum(len(line or b"") for _, line in reader._records._open) <= MAX_LINE_BYTES


@given(st.lists(st.lists(st.text("a\n\t\"'=+-@,; 7.", max_size=8), min_size=2, max_size=2), max_size=8))
def test_what_an_export_writes_an_import_reads_again_and_no_spreadsheet_runs(rows: list[list[str]]) -> None:
    said = Csv(["counter", "note"], lambda row: row)
    file = said.rows(rows) + said.end()
    for shown in list(csv.reader(io.StringIO(file.decode(), newline="")))[1:]:
        assert not any(cell[:1] in {"=", "+", "-", "@", "\t", "\r"} and not re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", cell) for cell in shown)
    found: list[list[str]] = []
    reader = CsvReader(WHAT)
    original = reader._row

    def row(number: int, cells: dict[str, str]) -> Any:
        found.append([cells.get(name, "") for name in ("counter", "note")])
        return original(number, cells)

    monkeypatched: Any = reader
    monkeypatched._row = row
    read(reader, file)
    assert found == [[cell.strip() for cell in row] for row in rows]  # blanks around a text are not part of it, at any door


BAD: list[tuple[str, bytes, list[tuple[int, str]]]] = [
    ("empty file", b"", []),
    ("header only", b"counter,by\n", []),
    ("UTF-16", "counter,by\na,1\n".encode("utf-16"), [(1, "row_malformed")]),
    ("GBK", "counter,by\n林,1\nb,1\n".encode("gbk"), [(2, "row_malformed"), (3, "b")]),
    ("NUL", b"counter,by\na\x00,1\nb,1\n", [(2, "row_malformed"), (3, "b")]),
    ("NUL in the header", b"coun\x00ter,by\na,1\n", [(1, "row_malformed")]),
    ("a column twice", b"counter,by,by\na,1,2\n", [(1, "header_invalid")]),
    ("an unknown column", b"counter,by,colour\na,1,red\n", [(1, "header_invalid")]),
    ("a column left out", b"counter\na\n", [(2, "row_invalid")]),
    ("too few cells", b"counter,by\na\nb,1\n", [(2, "row_malformed"), (3, "b")]),
    ("too many cells", b"counter,by\na,1,2\nb,1\n", [(2, "row_malformed"), (3, "b")]),
    ("an open quote", b'counter,by\n"a,1\nb,1\n', [(2, "row_malformed"), (3, "b")]),
    ("a number of a programmer", b"counter,by\na,1_0\nb,1\n", [(2, "row_invalid"), (3, "b")]),
    ("decimal comma", b"counter;by\na;1,5\nb;1\n", [(2, "row_invalid"), (3, "b")]),
    ("a header of another separator", b"counter|by\na|1\n", [(1, "header_invalid")]),
    ("another kind", b"kind,counter,by\nlower,a,1\nraise,b,1\n", [(2, "row_invalid"), (3, "b")]),
    ("a long line", b"counter,by\n" + b"x" * (MAX_LINE_BYTES + 1) + b"\nb,1\n", [(2, "row_too_long"), (3, "b")]),
]


@pytest.mark.parametrize(("file", "expected"), [(file, expected) for _, file, expected in BAD], ids=[name for name, _, _ in BAD])
def test_what_cannot_be_read_is_refused_and_the_rest_goes_on(file: bytes, expected: list[tuple[int, str]]) -> None:
    assert said(sheet(file)) == expected
    assert said(sheet(*[file[n : n + 1000] for n in range(0, len(file), 1000)])) == expected


def test_a_file_that_is_not_utf_8_is_told_what_to_do() -> None:
    (refused,) = sheet("counter,by\na,1\n".encode("utf-16"))
    assert "save the file as UTF-8" in refused.facts["reason"].en


def test_a_line_of_a_gigabyte_is_refused_and_never_held() -> None:
    lines, piece = Lines(), b"x" * 1_048_576
    for _ in range(1024):
        assert list(lines.feed(piece)) == []
        assert sum(map(len, lines._begun)) <= MAX_LINE_BYTES
    assert list(lines.feed(b"\nnext\n")) == [(1, None), (2, b"next")]


@given(st.lists(st.sampled_from([b"a", b"\n", b"\r\n", b"\xef\xbb\xbf", b"{}", b"x" * 9]), max_size=30), st.integers(1, 5))
def test_lines_are_the_same_however_the_file_is_cut(parts: list[bytes], size: int) -> None:
    file = b"".join(parts)

    def cut(size: int) -> list[tuple[int, bytes | None]]:
        lines = Lines(limit=6)
        return [one for n in range(0, len(file), size) for one in lines.feed(file[n : n + size])] + list(lines.end())

    assert cut(size) == cut(max(len(file), 1))


def test_rows_of_json_without_a_kind_are_of_the_default_one() -> None:
    reads = read(NdjsonReader(WHAT), b'{"counter":"a","by":1}\n{"kind":"raise","counter":"b","by":1}\n{"kind":"lower"}\n{"by":1}\n[]\n')
    assert said(reads) == [(1, "a"), (2, "b"), (3, "row_invalid"), (4, "row_invalid"), (5, "row_invalid")]
    assert [one.field for one in reads if isinstance(one, RefusedRow)] == ["kind", "counter", None]


def test_the_examples_that_the_api_shows_can_be_imported() -> None:
    assert [one.command for one in read(NdjsonReader(WHAT), rows_of(WHAT)["example"].encode())] == [RAISES.example]
    assert [one.command for one in sheet(sheet_of(WHAT)["example"].encode())] == [RAISES.example]


def test_a_flood_of_rows_that_cannot_be_read_is_told_as_it_comes() -> None:
    reader = CsvReader(WHAT)
    list(reader.feed(b"counter,by\na,1\n"))
    for _ in range(200):
        list(reader.feed(b"x\n" * 1000))
        assert len(reader._between) <= MAX_BETWEEN


FLOODS: dict[str, tuple[type, bytes, bytes]] = {
    "blank": (CsvReader, b"counter,by\n", b"\n"),
    "malformed": (CsvReader, b"counter,by\n", b"x\n"),
    "of an open quote": (CsvReader, b'counter,by\n"a,1\n', b"x\n"),
    "of no header": (CsvReader, b"x\n", b"a,b\n"),
    "wide": (CsvReader, b"counter,by\n", b"," * 1000 + b"\n"),
    "blank lines of JSON": (NdjsonReader, b"", b"\n"),
    "malformed JSON": (NdjsonReader, b"", b"x\n"),
}


def test_others_may_have_their_turn_amid_a_long_row() -> None:
    """It is parsed, and then read as a command: each takes milliseconds where there is a megabyte of it."""
    long, short = (b'{"counter": "' + b"x" * size + b'"}\n' for size in (100_000, 10))
    turns = [one is None for one in NdjsonReader(WHAT).feed(long + short)]
    assert turns == [True, True, False, True, False]


@pytest.mark.parametrize(("reader", "head", "line"), FLOODS.values(), ids=FLOODS.keys())
async def test_others_have_their_turn_amid_any_flood_of_lines(
    reader: Any, head: bytes, line: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However few answers the lines come to: with a breath at each, others have as many turns as there are lines."""
    monkeypatch.setattr("channel_service.importing.run.BREATH_SECONDS", -1)
    turns, done = 0, False

    async def others() -> None:
        nonlocal turns
        while not done:
            turns += 1
            await asyncio.sleep(0)

    async def pieces() -> AsyncIterator[bytes]:
        yield head + line * 1000

    waiting = asyncio.create_task(others())
    run = Import(None, Actor("ann"), today=lambda: date(2026, 11, 24), say=lambda code, facts: (code, dict(facts)), dry_run=True)  # type: ignore[arg-type]
    results = [result async for result in run.results(reader(WHAT), pieces())]
    done = True
    await waiting
    assert isinstance(results[-1], Summary)
    assert turns >= (1 if head == b"x\n" else 1000)


@pytest.mark.parametrize(
    ("row", "field", "en", "zh"),
    [
        (b'{"counter":"a"}', "by", "Field required - by", "\u6b64\u9879\u4e3a\u5fc5\u586b - by"),
        (b'{"counter":"a","by":1,"x":1}', "x", "Extra inputs are not permitted - x", "\u4e0d\u8ba4\u8bc6\u7684\u5b57\u6bb5 - x"),
        (b'{"counter":"a","by":"1"}', "by", "Input should be a valid integer - by", "\u5e94\u4e3a\u6574\u6570 - by"),
    ],
)
def test_a_reason_names_the_field_in_both_languages(row: bytes, field: str, en: str, zh: str) -> None:
    (refused,) = read(NdjsonReader(WHAT), row)
    assert (refused.field, *refused.facts["reason"]) == (field, en, zh)


@pytest.mark.parametrize("row", [b'{"counter":"a","counter":"b","by":1}', b'{"counter":"a\\u0000","by":1}', b'{"counter":"a","by":NaN}'])
def test_a_row_is_json_by_the_rules_of_every_body(row: bytes) -> None:
    (refused,) = read(NdjsonReader(WHAT), row)
    assert refused.code == "malformed_json"
