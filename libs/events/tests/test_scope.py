"""Row scope: the database itself shows a scoped reader no other rows."""

import asyncpg
import pytest
from channel_events import OWN_LOG, TEXT, Recorded, Table, View, scope_setting
from channel_events.subscription import create_view_tables

from .moving import rows


def orders_view() -> View:
    orders = Table("scoped_order", key=("order_id",), columns={"order_id": TEXT, "partner": TEXT}, scope="partner")

    def changes(_event: Recorded) -> list[object]:
        return []

    return View("scoped", version=1, of=OWN_LOG, tables=orders, changes=changes)  # type: ignore[arg-type]


ALL = {"o-1", "o-2", "o-3", "o-4"}


@pytest.mark.parametrize(
    ("visible", "seen"),
    [
        (None, ALL),
        ([], set()),
        (["p-1"], {"o-1", "o-2"}),
        (["p-1", 'p,"2}\\'], {"o-1", "o-2", "o-3"}),
        (["p"], set()),
        (["NULL"], set()),
    ],
)
async def test_a_scoped_reader_sees_only_its_rows_and_others_see_all(database: str, visible: list[str] | None, seen: set[str]) -> None:
    await rows(database, "do $$ begin create role scope_reader login; exception when duplicate_object then null; end $$")
    owner = await asyncpg.connect(database)
    reader = None
    try:
        for _ in range(2):  # a migration is repeated
            await create_view_tables(owner, [orders_view()], role="scope_reader")
        reader = await asyncpg.connect(database.replace("postgres@", "scope_reader@"))
        await reader.executemany(
            "insert into scoped_order_v1 values ($1, $2)",
            [("o-1", "p-1"), ("o-2", "p-1"), ("o-3", 'p,"2}\\'), ("o-4", None)],
        )
        assert {row["order_id"] for row in await reader.fetch("select * from scoped_order_v1")} == ALL
        async with reader.transaction():
            await reader.execute("select set_config('channel.scope', $1, true)", scope_setting(visible))
            assert {row["order_id"] for row in await reader.fetch("select * from scoped_order_v1")} == seen
        assert {row["order_id"] for row in await reader.fetch("select * from scoped_order_v1")} == ALL
    finally:
        await owner.close()
        if reader is not None:
            await reader.close()


def test_a_scope_is_a_column_of_the_table() -> None:
    with pytest.raises(ValueError, match="no column partner"):
        Table("t", key=("a",), columns={"a": TEXT}, scope="partner")
