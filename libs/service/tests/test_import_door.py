"""The door of imports, of a service that has one."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from channel_service.exporting.encoders import encoder
from channel_service.exporting.formats import Format
from channel_service.importing import IMPORT_PROBLEMS, import_routes
from channel_service.testing import Running, running
from pydantic import BaseModel
from specimen.app import SERVICE
from test_importing import WHAT

NDJSON, CSV = {"content-type": "application/x-ndjson"}, {"content-type": "text/csv"}


@pytest.fixture
async def importing(url: str) -> AsyncIterator[Running]:
    service = replace(SERVICE, routers=[*SERVICE.routers, import_routes(WHAT)], problems=SERVICE.problems | IMPORT_PROBLEMS)
    async with running(service, database_url=url) as client:
        yield client


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "gzip, identity"])
@pytest.mark.parametrize("kind", [NDJSON, CSV], ids=["ndjson", "csv"])
async def test_a_packed_file_is_refused_before_the_answer_begins(importing: Running, encoding: str, kind: dict[str, str]) -> None:
    answer = await importing.post("/v1/imports/raises", content=b"\x1f\x8b", headers=kind | {"content-encoding": encoding})
    assert (answer.status_code, answer.json()["code"]) == (415, "content_encoding_unsupported")
    assert answer.headers["accept-encoding"] == "identity"


async def test_rows_of_both_forms_are_brought_in(importing: Running) -> None:
    for kind, file in ((NDJSON, b'{"counter":"a","by":1}\n'), (CSV, b'counter,by,note\nb,2,"two\nlines"\n')):
        answer = await importing.post("/v1/imports/raises", content=file, headers=kind)
        summary = json.loads(answer.text.splitlines()[-1])["summary"]
        assert (summary["accepted"], summary["refused"]) == (1, 0), answer.text
    assert [(await importing.get(f"/v1/counters/{name}")).json()["value"] for name in "ab"] == [1, 2]


class Row(BaseModel):
    name: str
    amount: str
    units: int


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("'=x", "''=x"),
        ("'tis", "'tis"),
    ],
)
def test_a_spreadsheet_runs_no_cell_and_numbers_stay_numbers(name: str, shown: str) -> None:
    row = Row(name=name, amount="-12.50", units=-3)
    assert encoder(Row, Format.CSV).rows([row]).decode().splitlines()[1] == f"{shown},-12.50,-3"
    assert encoder(Row, Format.CSV, for_spreadsheets=False).rows([row]).decode().splitlines()[1] == f"{name},-12.50,-3"
