"""A list is declared once: its route takes the filters that it names, and no others' names."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from channel_service import Filter, Listing, list_route, same
from channel_service.listing import Asked
from fastapi import FastAPI
from fastapi.routing import APIRouter
from pydantic import BaseModel

ROWS = sa.table("thing", sa.column("shelf", sa.Text), sa.column("id", sa.Text), sa.column("on", sa.Date))
c = ROWS.c


class Thing(BaseModel):
    id: str


def sql(query: sa.Select[Any]) -> str:
    return str(query.compile(compile_kwargs={"literal_binds": True})).replace("\n", " ")


def asked(**values: Any) -> Asked:
    return Asked(values, date(2026, 5, 2), ZoneInfo("Asia/Shanghai"))


def test_only_what_was_given_narrows_a_list() -> None:
    things = Listing(None, sa.select(ROWS), order=[c.id], filters=[same(c.shelf, str), same(c.id, str)])
    assert "WHERE" not in sql(things.query(asked()))
    assert sql(things.query(asked(shelf="top"))).endswith("WHERE thing.shelf = 'top'")


def test_a_query_may_depend_on_when_it_is_asked_and_see_values_of_its_own() -> None:
    seen: list[Any] = []

    def query(asked: Asked) -> sa.Select[Any]:
        seen.extend([asked.today, asked.get("known_at"), asked.end_of("known_at"), asked.end_of("until")])
        return sa.select(ROWS)

    things = Listing(None, query, order=[c.id], filters=[Filter(name="known_at", kind=date)])
    assert "WHERE" not in sql(things.query(asked(known_at=date(2026, 4, 1))))
    midnight = datetime(2026, 4, 2, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert seen == [date(2026, 5, 2), date(2026, 4, 1), midnight, None]


def test_a_question_that_was_asked_before_is_sent_as_it_was_and_another_is_not() -> None:
    shelf = Filter(name="shelves", kind=list[str], where=c.shelf.in_)
    things = Listing(None, lambda asked: sa.select(ROWS).where(c.on <= asked.today), order=[c.id], filters=[same(c.shelf, str), shelf])
    first = things.compiled(asked(shelf="top"), None, 10)
    assert things.compiled(asked(shelf="top"), None, 10) is first
    others = [
        things.compiled(asked(shelf="low"), None, 10),
        things.compiled(asked(shelf="top"), ["x"], 10),
        things.compiled(asked(shelf="top"), None, 11),
        things.compiled(Asked({"shelf": "top"}, date(2026, 5, 3), ZoneInfo("Asia/Shanghai")), None, 10),
        things.compiled(asked(shelves=["top"]), None, 10),
        things.compiled(asked(shelves=["top", "low"]), None, 10),
    ]
    assert first.values == [date(2026, 5, 2), "top", 10]
    assert len({(one.sql, *map(str, one.values)) for one in (first, *others)}) == 7


def test_the_parameters_of_its_route_are_its_filters_whatever_python_calls_them() -> None:
    from_ = Filter(name="from", kind=date, where=lambda day: c.on >= day, description="On this day or later.")
    router, app = APIRouter(prefix="/shelves"), FastAPI()
    list_route(
        router, "/{shelf}/things", Listing(None, sa.select(ROWS), order=[c.id], filters=[same(c.shelf, str), from_]), Thing, summary=""
    )
    app.include_router(router)
    operation = app.openapi()["paths"]["/shelves/{shelf}/things"]["get"]
    taken = {one["name"]: (one["in"], one["required"], one.get("description")) for one in operation["parameters"]}
    del taken["limit"], taken["cursor"]
    assert taken == {"shelf": ("path", True, None), "from": ("query", False, "On this day or later.")}
    assert operation["operationId"].startswith("list_things")


@pytest.mark.parametrize("name", ["limit", "cursor", "wait_for", "format"])
def test_a_filter_cannot_take_the_name_of_something_that_every_list_has(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        Listing(None, sa.select(ROWS), order=[c.id], filters=[Filter(name=name, kind=str)])
