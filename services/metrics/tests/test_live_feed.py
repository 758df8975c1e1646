"""A feed by itself, frame by frame: exact at its frame, and the same events however it came there."""

from collections.abc import Sequence

import msgspec
import pytest
from channel_events import Recorded
from channel_service.testing import Running
from metrics.app import CATALOGUE
from metrics.application.live_feed import Behind, Client, Feed, Follow, FrameKind
from metrics.application.live_frames import Frame, Frames
from metrics.domain.facts import Facts
from metrics.domain.question import Question
from metrics.domain.tally import Cell, Tally
from metrics.kpis.orders import KPI as ORDERS

from .examples import MONDAY, placed
from .examples import told as event
from .live import told as take_in

FOLLOW = Follow("orders", [ORDERS], Question(), [(), ("channel_type",)])


def order(position: int) -> Recorded:
    return event(placed(order_id=f"direct:{position}", channel_type=f"type-{position}"), position, MONDAY, partition=position % 3)


def encode(told: FrameKind, frame: Frame, follow: Follow, tally: Tally, cells: Sequence[Cell]) -> bytes:
    values = {".".join(str(part) for part in (cell.kpi, *cell.group)): str(tally.totals[cell].numerator) for cell in cells}
    return msgspec.json.encode([told, frame.number, values])


class World:
    """One database: `take` is the next frame, of an order that came in; a feed per process."""

    def __init__(self, client: Running, url: str, facts: Sequence[Facts] = CATALOGUE.facts) -> None:
        engine = client.runtime.engine.execution_options(postgresql_readonly=False, isolation_level="AUTOCOMMIT")
        self.frames = Frames(facts, client.runtime.reading_everything, engine.connect)
        self.url = url
        self.known: list[Frame] = []

    async def take(self, *positions: int) -> Frame:
        if positions:
            await take_in(self.url, [order(position) for position in positions])
        self.known += await self.frames.look(self.known[-1] if self.known else None)
        return self.known[-1]

    def feed(self) -> Feed:
        return Feed(FOLLOW, self.frames, encode, lambda: self.known)


@pytest.fixture
def world(empty: Running, metrics_url: str) -> World:
    return World(empty, metrics_url)


async def sent(client: Client) -> list[object]:
    events = []
    while (event := await client.next(0)) is not None:
        events.append(msgspec.json.decode(event))
    return events


async def test_a_snapshot_is_of_its_frame_whatever_came_in_since(world: World) -> None:
    await world.take(1)
    await take_in(world.url, [order(2)])
    feed = world.feed()
    client = await feed.join(None)
    assert await sent(client) == [["snapshot", 1, {"orders": "1", "orders.type-1": "1"}]]
    feed.advance(await world.take())
    assert await sent(client) == [["changes", 2, {"orders": "2", "orders.type-2": "1"}]]


async def test_nothing_moved_is_no_frame(world: World) -> None:
    first = await world.take(1)
    assert await world.take() == first


async def test_two_who_look_at_once_agree_on_one_frame(world: World, empty: Running) -> None:
    await world.take(1)
    other = World(empty, world.url)
    await other.take()
    await take_in(world.url, [order(2)])
    mine, theirs = await world.take(), await other.take()
    assert mine == theirs
    assert [frame.number for frame in other.known] == [1, 2]


async def test_a_new_process_tells_what_the_old_one_would_have(world: World) -> None:
    first = await world.take(1)
    old = world.feed()
    seen = await old.join(None)
    for position in (2, 3, 4):
        old.advance(await world.take(position))
    await take_in(world.url, [order(5)])
    _, *changes = await sent(seen)
    back = await world.feed().join(first.id)
    assert await sent(back) == changes == [["changes", n, {"orders": str(n), f"orders.type-{n}": "1"}] for n in (2, 3, 4)]


async def test_who_comes_back_from_before_the_feed_began_is_told_from_the_database(world: World) -> None:
    first = await world.take(1)
    await world.take(2)
    feed = world.feed()
    await feed.join(None)
    feed.advance(await world.take(3))
    assert [one[:2] for one in await sent(await feed.join(first.id))] == [["changes", 2], ["changes", 3]]  # type: ignore[index]


async def test_over_a_whole_frame_nobody_resumes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first = await world.take(1)
    monkeypatch.setattr("metrics.application.live_frames.MOST_FACTS", 1)
    whole = await world.take(2, 3)
    assert whole.whole
    client = await world.feed().join(first.id)
    assert [one[:2] for one in await sent(client)] == [["snapshot", 2]]  # type: ignore[index]


async def test_a_feed_that_cannot_be_exact_waits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.take(1)
    await take_in(world.url, [order(2), order(3)])
    monkeypatch.setattr("metrics.application.live_frames.MOST_FACTS", 1)
    with pytest.raises(Behind):
        await world.feed().join(None)


async def test_a_frame_of_another_history_is_not_taken_for_the_same(world: World) -> None:
    first = await world.take(1)
    await world.take(2)
    client = await world.feed().join(f"{first.number}-00000000")
    assert [one[:2] for one in await sent(client)] == [["snapshot", 2]]  # type: ignore[index]


async def test_a_client_that_takes_nothing_is_dropped() -> None:
    client = Client()
    for number in range(1, 200):
        client.tell(number, b"x")
    assert client.ended == "too_slow"
    assert await client.next(0) is None


async def test_a_process_that_knows_fewer_facts_takes_frames_that_one_that_knows_more_goes_on_from(world: World, empty: Running) -> None:
    """As while one version replaces another: nothing is told twice, left out, or told anew."""
    old = World(empty, world.url, [facts for facts in CATALOGUE.facts if facts.name == "sales"])
    await world.take(1)
    feed = world.feed()
    client = await feed.join(None)
    await sent(client)
    await take_in(world.url, [order(2)])
    by_old = await old.take()
    assert await old.take() == by_old, "what it does not know of has moved, too, and is nothing to it"
    await world.take()
    for frame in world.known:
        feed.advance(frame)
    assert [frame.number for frame in world.known] == [1, 2, 3]
    assert [frame.whole for frame in world.known] == [True, False, False]
    assert await sent(client) == [["changes", 2, {"orders": "2", "orders.type-2": "1"}]]
