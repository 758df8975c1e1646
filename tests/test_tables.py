"""No service names a table of the library in its SQL, shown on planted texts and on the services."""

import pytest
from channel_operate import installed
from qudao_checks.sources import ROOT
from qudao_checks.tables import TABLES, named_tables


def test_the_tables_are_those_of_the_schema() -> None:
    assert {"event", "log_head", "command_key", "progress", "parked_stream", "parked_event", "serving", "relay"} <= set(TABLES)


def test_no_service_names_one() -> None:
    files = [path for one in installed() for path in (one.folder / "src").rglob("*.py")]
    assert len(files) > 100
    assert [message for path in files for message in named_tables(str(path.relative_to(ROOT)), path.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    "text",
    [
        '_STREAM = "select type from event where stream = $1"',
        'f"select {columns} from public.event where stream = $1"',
        '"""\nselect 1\n  from push p\n  join parked_stream s on s.stream = p.stream\n""".strip()',
        '_PROGRESS = sa.table("progress", sa.column("position"))',
        'Table("serving", key=())',
        'x = "UPDATE relay SET position = 0"',
        """GRANTS = 'grant select on event to "{role}";'""",
        'sa.text("select 1 " "from log_head")',
    ],
)
def test_a_library_table_in_sql_is_found(text: str) -> None:
    [message] = named_tables("planted.py", text)
    assert "names the library's table" in message
    assert list(named_tables("planted.py", text.replace("\n", " ") + "  # table-rule: a specimen that says why")) == []


@pytest.mark.parametrize(
    "text",
    [
        '"Events from event types that are not known are left out"',
        '"""Selects from event what it needs."""',
        '"select a from event_copy"',
        'changes = "select position from live_frame"',
        'table(("event", "count"), rows)',
    ],
)
def test_what_only_sounds_like_one_is_none(text: str) -> None:
    assert list(named_tables("planted.py", text)) == []
