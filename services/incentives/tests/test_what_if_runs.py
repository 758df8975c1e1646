"""A run over the past that is stopped, killed and resumed comes to the bytes of one that nobody disturbed."""

import asyncio
from typing import Any, NoReturn

import pytest
from channel_events import Log
from channel_service.testing import Running, fold
from incentives.application import what_ifs
from incentives.application.what_ifs import AT_ONCE, look
from incentives.contracts import orders_inventory as told
from incentives.views.movements import MOVEMENTS
from incentives.views.plans import PLANS
from incentives.views.touched import payees
from incentives.views.what_ifs import WHAT_IFS

from .plans import document, go, rule
from .test_credits_over_http import put
from .test_earnings_over_http import happened, in_log

PARTNERS = [f"{'Pp'[at % 2]}-{at}" for at in range(2 * AT_ONCE + 5)]
"""Whose ids databases may sort in other orders than we do."""
ASKED = {"plan_id": "dealers", "version": 2, "first": "2026-01-01", "last": "2026-06-30"}


class Dying:
    """The log of a worker that is killed at its write: ``before`` it, or as soon as it is done."""

    def __init__(self, log: Log, *, before: bool) -> None:
        self._log, self._before = log, before

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)

    async def use(self, *said: Any, **more: Any) -> NoReturn:
        if not self._before:
            await self._log.use(*said, **more)
        raise asyncio.CancelledError


class Bench:
    """A service without a worker: a test looks for it, as often as it says, and folds what came of it."""

    def __init__(self, client: Running) -> None:
        self.client, self.log = client.as_("finance", subject="eve"), client.runtime.log
        self._folded, self._one_by_one = 0, asyncio.Lock()

    async def fold(self) -> None:
        async with self._one_by_one:
            events = await self.log.read(after=self._folded, limit=1000)
            for view in (PLANS, WHAT_IFS) if events else ():
                await fold(self.client.runtime.settings.database_url, view, events)
            self._folded = events[-1].position if events else self._folded

    async def look(self, log: Any = None) -> bool:
        """Whether there was something to do; as a worker, that one dies at its write."""
        try:
            return await look(log or self.log, self.client.runtime.reading_everything)
        finally:
            await self.fold()

    async def shown(self, run_id: str) -> dict[str, Any]:
        await self.fold()
        items = (await self.client.get("/v1/what-ifs")).json()["items"]
        found: dict[str, Any] = next(one for one in items if one["run_id"] == run_id)
        return found

    async def compared(self, run_id: str) -> bytes:
        """Every payee and line of it, as the lists and the doors tell them."""
        rows = (await self.client.get("/v1/exports/what-if-payees", params={"run_id": run_id, "format": "ndjson"})).content
        lines = [(await self.client.get(f"/v1/what-ifs/{run_id}/payees/{name}")).content for name in (PARTNERS[0], PARTNERS[-1])]
        return b"\n".join([rows, *lines]).replace(f'"{run_id}"'.encode(), b'"run"')


@pytest.fixture
async def bench(client: Running) -> Bench:
    """Partners with an order each; by a plan that pays a tenth, and a draft of one that pays more of more."""
    orders = [happened(told.OrderPlaced, f"shop:{at}", "2026-02-01", 1 + at % 7, partner_id=name) for at, name in enumerate(PARTNERS)]
    await fold(client.runtime.settings.database_url, MOVEMENTS, in_log(*orders))
    await go(client, document(rule({"flat": {"rate": "0.1"}}, moment="ordered")))
    tiers = [{"start": "0", "until": "300", "rate": "0.09"}, {"start": "300", "rate": "0.11"}]
    draft = document(rule({"slab": {"boundary": "start", "tiers": tiers}}, moment="ordered"), valid_from="2027-01-01")
    await put(client, "plans/dealers", **draft)
    made = Bench(client)
    await made.fold()
    return made


async def finish(bench: Bench) -> None:
    while await bench.look():
        pass


@pytest.mark.row("IN-33")
async def test_a_run_that_is_stopped_and_killed_and_resumed_comes_to_the_same_bytes(bench: Bench) -> None:
    client, everybody = bench.client, len(PARTNERS)
    await put(client, "what-ifs/undisturbed", **ASKED)
    await bench.fold()
    await finish(bench)
    await put(client, "what-ifs/run", **ASKED)

    async def far(run_id: str = "run") -> tuple[str, int, int | None]:
        row = await bench.shown(run_id)
        return row["stage"], row["done"], row["total"]

    assert await far("undisturbed") == ("finished", everybody, everybody)
    assert await far() == ("running", 0, None)
    assert await bench.look()
    assert await far() == ("running", AT_ONCE, everybody)
    # Stopped: it stands where it is, whoever looks, and with whoever was at it when it was stopped.
    late = asyncio.create_task(bench.look())
    assert (await client.post("/v1/what-ifs/run/stop", json={})).json()["changed"]
    await late
    stopped = await far()
    assert stopped in {("stopped", AT_ONCE, everybody), ("stopped", 2 * AT_ONCE, everybody)}
    assert not await bench.look()
    assert await far() == stopped
    assert (await client.post("/v1/what-ifs/run/resume", json={})).json()["changed"]
    await bench.fold()
    # Killed before its write nothing is done, and killed behind it all of it is.
    with pytest.raises(asyncio.CancelledError):
        await bench.look(Dying(bench.log, before=True))
    assert await far() == ("running", *stopped[1:])
    with pytest.raises(asyncio.CancelledError):
        await bench.look(Dying(bench.log, before=False))
    assert (await far())[1] > stopped[1]
    # Two workers at once do a step once.
    await asyncio.gather(bench.look(), bench.look())
    await finish(bench)
    assert await far() == ("finished", everybody, everybody)
    run, undisturbed = await bench.shown("run"), await bench.shown("undisturbed")
    assert {**run, "run_id": ""} == {**undisturbed, "run_id": ""}
    assert float(run["would"]) > 0
    assert run["would"] != run["earned"]
    assert await bench.compared("run") == await bench.compared("undisturbed")


async def test_nobody_is_left_out_however_the_database_sorts_names(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    async def sorted_otherwise(*asked: Any) -> list[str]:
        return sorted(await payees(*asked), key=str.casefold, reverse=True)

    monkeypatch.setattr(what_ifs, "payees", sorted_otherwise)
    await put(bench.client, "what-ifs/run", **ASKED)
    await bench.fold()
    await finish(bench)
    assert (await bench.shown("run"))["done"] == len(PARTNERS)
