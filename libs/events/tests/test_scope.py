"""Row scope: the database itself shows a scoped reader no other rows."""

import asyncpg
import pytest
from channel_events import OWN_LOG, TEXT, Recorded, Table, View, scope_setting
from channel_events.subscription import create_view_tables

from .moving import make_role


def orders_view() -> View:
    orders = Table("scoped_order", key=("order_id",), columns={"order_id": TEXT, "partner": TEXT}, scope="partner")

    def changes(_event: Recorded) -> list[object]:
        return []

    return View("scoped", version=1, of=OWN_LOG, tables=orders, changes=changes)  # type: ignore[arg-type]


ALL = {"o-1", "o-2", "o-3", "o-4"}


@pytest.mark.parametrize(
    ("visible", "seen"),
    [
        ([], set()),
        (["p-1"], {"o-1", "o-2"}),
        (["p-1", 'p,"2}\\'], {"o-1", "o-2", "o-3"}),
        (["p"], set()),
        (["NULL"], set()),
    ],
)
async def test_a_scoped_reader_sees_only_its_rows_and_others_see_all(database: str, visible: list[str], seen: set[str]) -> None:
    await make_role(database, "scope_reader")
    owner = await asyncpg.connect(database)
    reader = None
    try:
        for _ in range(2):  # a migration is repeated
            await create_view_tables(owner, [orders_view()], role="scope_reader")
        reader = await asyncpg.connect(database.replace("postgres@", "scope_reader@"))
        orders = [("o-1", "p-1"), ("o-2", "p-1"), ("o-3", 'p,"2}\\'), ("o-4", None)]
        await reader.copy_records_to_table("scoped_order_v1", records=orders)  # views are written by COPY
        assert {row["order_id"] for row in await reader.fetch("select * from scoped_order_v1")} == ALL
        async with reader.transaction():
            await reader.execute(
                "select set_config('channel.scope', $1, true), set_config('role', 'scope_reader_scoped', true)", scope_setting(visible)
            )
            assert {row["order_id"] for row in await reader.fetch("select * from scoped_order_v1")} == seen
        assert {row["order_id"] for row in await reader.fetch("select * from scoped_order_v1")} == ALL
        await reader.execute("set role scope_reader_scoped")
        with pytest.raises(asyncpg.PostgresError):  # who forgets to say what is seen gets an error, and no row
            await reader.fetch("select * from scoped_order_v1")
    finally:
        await owner.close()
        if reader is not None:
            await reader.close()


def test_what_is_shared_has_no_scope() -> None:
    with pytest.raises(ValueError, match="nobody's"):
        Table("t", key=("a",), columns={"a": TEXT}, scope="a", shared=True)


async def test_a_scoped_reader_has_no_right_to_what_is_neither_scoped_nor_shared(database: str) -> None:
    await make_role(database, "scope_reader")
    tables = [
        Table("of_nobody_seen", key=("a",), columns={"a": TEXT}, shared=True),
        Table("of_nobody_unseen", key=("a",), columns={"a": TEXT}),
    ]
    view = View("unscoped", version=1, of=OWN_LOG, tables=tables, changes=lambda _: [])  # type: ignore[arg-type,return-value]
    owner = await asyncpg.connect(database)
    try:
        await create_view_tables(owner, [view], role="scope_reader")
        # As it was given before there was a difference: the next migration takes it back.
        await owner.execute("grant select on of_nobody_unseen_v1 to scope_reader_scoped")
        await create_view_tables(owner, [view], role="scope_reader")
        await owner.execute("insert into of_nobody_seen_v1 values ('1')")
        await owner.execute("set role scope_reader_scoped")
        assert await owner.fetchval("select count(*) from of_nobody_seen_v1") == 1
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await owner.fetch("select * from of_nobody_unseen_v1")
    finally:
        await owner.close()


def test_a_scope_is_a_column_of_the_table() -> None:
    with pytest.raises(ValueError, match="no column partner"):
        Table("t", key=("a",), columns={"a": TEXT}, scope="partner")
