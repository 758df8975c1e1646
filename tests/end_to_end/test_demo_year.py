"""The demo's year on the real services: what was earned, month by month and to the cent, is what the generator knows; a run that ends in
the middle goes on, and one that was done adds nothing."""

import asyncio
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from qudao_local.demo.generator import brand
from qudao_local.demo.play.doors import Doors
from qudao_local.demo.play.player import Outcome, Player
from qudao_local.demo.play.progress import Reporter
from qudao_local.demo.play.trickle import Trickle
from qudao_local.demo.said import console
from qudao_local.demo.scenario import Scenario
from qudao_local.stack import Stack

ORDERS = 200


class Ended(Exception):
    """As if the run were killed."""


class MortalDoors(Doors):
    """Closed after so many payments were confirmed."""

    left = 10**9

    async def post(self, service: str, path: str, body: Any, key: str) -> Any:
        answer = await super().post(service, path, body, key)
        if path.endswith("/confirm"):
            MortalDoors.left -= 1
            if MortalDoors.left == 0:
                raise Ended
        return answer


@pytest.fixture(scope="module")
def year() -> Scenario:
    return brand(1, orders=ORDERS)


async def accrue(stack: Stack, year: Scenario) -> list[dict[str, Any]]:
    """What is posted for live orders, once anything is."""
    async with Doors(stack.urls, token=stack.token()) as doors, asyncio.timeout(60):
        trickle = Trickle(doors, year, "demo-live", "here")
        orders = trickle.orders(0, 60)
        await trickle.receive_stock(orders)
        await asyncio.gather(*map(trickle.place, orders))
        assert (trickle.tally.accepted, trickle.tally.refused) == (60, 0)
        while True:
            month = (await doors.get("incentives", "/v1/settlement/periods", limit=1))["items"][0]["period"]
            page = await doors.get("incentives", "/v1/ledger-entries", period=month, what="earning_accrued")
            if page["items"]:
                found: list[dict[str, Any]] = page["items"]
                return found
            await asyncio.sleep(0.1)


@pytest.fixture(scope="module")
def played(stack: Stack, year: Scenario) -> Callable[[], Outcome]:
    def play() -> Outcome:
        async def playing() -> Outcome:
            async with MortalDoors(stack.urls, token=stack.token(), issue=stack.token) as doors:
                player = Player(doors, year, Reporter(console()))
                outcome = await player.play()
                await player.show()
                return outcome

        return asyncio.run(playing())

    return play


def test_a_year_that_ends_in_the_middle_of_a_payout_goes_on_and_is_paid_once(
    played: Callable[[], Outcome], stack: Stack, year: Scenario, capsys: pytest.CaptureFixture[str]
) -> None:
    MortalDoors.left = 20
    with pytest.raises(BaseExceptionGroup):
        played()
    # Every statement and every book in the metrics is compared with what the generator knows while it is played.
    outcome = played()
    assert (outcome.differs, outcome.failed, outcome.all.refused) == (None, False, 0)
    assert outcome.incentives.accepted > 0
    assert outcome.incentives.repeated > 20
    said = capsys.readouterr().out
    assert "disputes: 1 rejected, 1 upheld" in said
    assert "payouts: 12 approved, 1 proposed" in said
    again = played()
    assert (again.differs, again.all.accepted, again.all.refused) == (None, 0, 0)
    assert again.all.sent == outcome.all.sent
    assert year.incentives is not None
    total = sum(year.incentives.earned().values(), Decimal(0))
    assert f"every cent is as earned: {total:,}" in capsys.readouterr().out
    assert {one["rule_id"] for one in asyncio.run(accrue(stack, year))} == {"cleaning"}, "live orders go on to earn"
