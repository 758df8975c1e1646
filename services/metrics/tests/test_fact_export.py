"""The facts behind a value, as a file."""

import io
import json
from decimal import Decimal

import pyarrow.parquet as pq
import pytest
from channel_service.testing import Running

from .requests import all_facts, values


@pytest.mark.parametrize("kpi", ["net", "orders", "fill_rate"])
async def test_the_exported_facts_are_those_of_the_pages(client: Running, kpi: str) -> None:
    for query in ({}, {"partner": "p-1", "from": "2026-01-01"}, {"product": "A"}):
        paged = [fact async for fact in all_facts(client, f"/v1/kpis/{kpi}/facts?" + "&".join(f"{n}={v}" for n, v in query.items()))]
        answer = await client.get(f"/v1/exports/kpis/{kpi}/facts", params=query)
        assert [json.loads(line) for line in answer.text.splitlines()] == paged


async def test_the_sum_over_a_parquet_file_is_the_value(client: Running) -> None:
    (value,) = await values(client, "net", currency="CNY")
    answer = await client.get("/v1/exports/kpis/net/facts", params={"format": "parquet", "currency": "CNY"})
    assert sum(pq.read_table(io.BytesIO(answer.content)).column("numerator").to_pylist()) == Decimal(value["exact"])


async def test_what_cannot_be_exported_is_a_problem(client: Running) -> None:
    for path, status, code in (
        ("lost/facts", 404, "kpi_unknown"),
        ("net/facts?colour=red", 422, "parameter_unknown"),
        ("net/facts?format=xml", 422, "invalid_request"),
    ):
        answer = await client.get(f"/v1/exports/kpis/{path}")
        assert (answer.status_code, answer.json()["code"]) == (status, code)
