"""Senders: an intent goes out at least once under one id, each try is told to the log, and nothing goes out that was not meant to."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import asyncpg
import pytest
from channel_events import Backoff, Breaker, Log, LogUnavailable, NotSent, On, OutcomeUnknown, Outgoing, Rejected, Sender, derived_id
from channel_events.sending import (
    DeliveryFailed,
    DeliveryGivenUp,
    DeliverySent,
    DeliveryTried,
    SenderRun,
    sender_standing,
)
from channel_events.sending.deliveries import Sent
from channel_events.subscription import create_reactions

from .moving import ANN, eventually, make_tables, rows, running
from .posting import DESK, LetterWanted, Want, opened_log, parts, posting

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Outside:
    """Where letters arrive: each with its id and its try. ``deal`` is asked first, and may raise or take its time."""

    def __init__(self) -> None:
        self.arrived: list[tuple[str, int]] = []
        self.deal: Callable[[Outgoing], Awaitable[None]] = self._take

    async def _take(self, letter: Outgoing) -> None:
        pass

    @asynccontextmanager
    async def opened(self, _: Any) -> AsyncIterator[Callable[[Outgoing], Awaitable[str]]]:
        async def send(letter: Outgoing) -> str:
            await self.deal(letter)
            self.arrived.append((letter.id, letter.number))
            return "thanks"

        yield send


class Post:
    """A sender with its log and database; `running` runs as many processes of it as wanted."""

    def __init__(self, outside: Outside, sender: Sender, log: Log, database: str) -> None:
        self.outside, self.sender, self.log, self.database = outside, sender, log, database
        self.ahead = timedelta(0)
        self.runs: list[SenderRun] = []

    def clock(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    @asynccontextmanager
    async def running(self, processes: int = 1) -> AsyncIterator[None]:
        self.runs = [SenderRun(self.sender, dsn=self.database, log=self.log, clock=self.clock) for _ in range(processes)]
        async with running(*parts(self.sender, self.log, self.database), *self.runs):
            yield

    async def want(self, *to: str) -> list[str]:
        """The ids under which letters to these will arrive."""
        ids = []
        for one in to:
            done = await self.log.execute(On(DESK, "1", Want(one)), by=ANN)
            ids.append(derived_id(done.events[0]))
        return ids

    async def story(self, id_: str) -> list[Any]:
        """What the log tells of a delivery, but for its beginning."""
        return [e.data for e in await self.log.stream(self.sender.deliveries, id_)][1:]

    async def ends(self, id_: str, *kinds: type) -> bool:
        return [type(one) for one in await self.story(id_)] == list(kinds)

    async def listed(self) -> dict[str, dict[str, Any]]:
        return {row["id"]: row for row in await rows(self.database, "select * from post_delivery_v1")}

    async def is_listed(self, id_: str, status: str) -> bool:
        return (await self.listed()).get(id_, {}).get("status") == status


async def create(database: str, sender: Sender) -> None:
    await make_tables(database, sender.view)
    connection = await asyncpg.connect(database)
    await create_reactions(connection, [sender.reaction])
    await connection.close()


Open = Callable[..., Awaitable[Post]]


@pytest.fixture
async def post(database: str) -> AsyncIterator[Open]:
    async with AsyncExitStack() as stack:

        async def one(*, created: bool = True, **more: Any) -> Post:
            outside = Outside()
            sender = posting(outside.opened, **more)
            log = await opened_log(database, sender)
            stack.push_async_callback(log.close)
            if created:
                await create(database, sender)
            return Post(outside, sender, log, database)

        yield one


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"LONGEST_SECONDS": 0.05, "SETTLE_SECONDS": 0.01, "_PASSED_SECONDS": 0.1}.items():
        monkeypatch.setattr(f"channel_events.sending.run.{name}", value)
    monkeypatch.setattr("channel_events.standby.STANDBY_SECONDS", 0.1)


async def test_an_intent_goes_out_once_and_the_log_tells_of_it(post: Open) -> None:
    one = await post()
    async with one.running():
        [id_] = await one.want("ann")
        await eventually(partial(one.is_listed, id_, "sent"))
        await asyncio.sleep(0.3)
    assert one.outside.arrived == [(id_, 1)]
    tried, sent = await one.story(id_)
    assert (tried.number, sent) == (1, DeliverySent(1, "thanks"))
    row = (await one.listed())[id_]
    assert (row["target"], row["to"], row["tries"], row["answer"], row["due_at"]) == ("ann", "ann", 1, "thanks", None)
    [intent] = [e for e in await one.log.read(after=0, limit=10) if isinstance(e.data, LetterWanted)]
    [last] = (await one.log.stream(one.sender.deliveries, id_))[-1:]
    assert (last.actor, last.causation, last.correlation) == ("sender/post", intent.id, intent.id)


async def test_what_fails_is_tried_again_given_up_after_the_last_try_and_redriven_by_hand(post: Open) -> None:
    one = await post()

    async def refuse(_: Outgoing) -> None:
        raise NotSent("503")

    one.outside.deal = refuse
    async with one.running():
        [id_] = await one.want("ann")
        await eventually(partial(one.is_listed, id_, "given_up"))
        assert await one.ends(id_, *[DeliveryTried, DeliveryFailed] * 2, DeliveryTried, DeliveryGivenUp)
        row = (await one.listed())[id_]
        assert (row["tries"], row["reason"], row["due_at"]) == (3, "503", None)
        await asyncio.sleep(0.3)
        assert len(await one.story(id_)) == 6, "it rests"
        connection = await asyncpg.connect(one.database)
        standing = await sender_standing(connection.fetch, one.sender)
        await connection.close()
        assert (standing.waiting, standing.given_up) == (0, 1)
        one.outside.deal = one.outside._take
        await one.log.execute(one.sender.redrive(id_), by=ANN)
        await eventually(partial(one.is_listed, id_, "sent"))
        assert one.outside.arrived == [(id_, 4)], "the same id"
        with pytest.raises(Rejected, match="delivery_sent"):
            await one.log.execute(one.sender.redrive(id_), by=ANN)
        with pytest.raises(Rejected, match="delivery_unknown"):
            await one.log.execute(one.sender.redrive("x"), by=ANN)


async def test_no_other_try_where_the_other_side_wants_none(post: Open) -> None:
    one = await post()

    async def gone(_: Outgoing) -> None:
        raise NotSent("410 gone", for_good=True)

    one.outside.deal = gone
    async with one.running():
        [id_] = await one.want("ann")
        await eventually(partial(one.is_listed, id_, "given_up"))
    assert await one.ends(id_, DeliveryTried, DeliveryGivenUp)


async def test_it_waits_as_long_as_the_other_side_asks(post: Open) -> None:
    one = await post()

    async def busy(_: Outgoing) -> None:
        raise NotSent("429", again_after=600)

    one.outside.deal = busy
    async with one.running():
        [id_] = await one.want("ann")
        await eventually(partial(one.ends, id_, DeliveryTried, DeliveryFailed))
        failed = (await one.story(id_))[1]
        assert failed.again_at - one.clock() > timedelta(seconds=590)
        one.outside.deal = one.outside._take
        one.ahead = timedelta(seconds=601)
        await eventually(partial(one.is_listed, id_, "sent"))


async def test_nothing_goes_out_that_was_recorded_before_the_sender_was_made_nor_by_a_rebuild(post: Open) -> None:
    one = await post(created=False)
    await one.want("history")
    await create(one.database, one.sender)
    async with one.running():
        [id_] = await one.want("ann")
        await eventually(partial(one.is_listed, id_, "sent"))
    # The view is made again from nothing, and the reaction begins again at the start: what is sent stays sent.
    await rows(one.database, "truncate post_delivery_v1")
    await rows(one.database, "update progress set revision = revision + 1, position = 0, id = '00000000-0000-0000-0000-000000000000'")
    async with one.running():
        await eventually(partial(one.is_listed, id_, "sent"))
        [other] = await one.want("bob")
        await eventually(partial(one.is_listed, other, "sent"))
    assert one.outside.arrived == [(id_, 1), (other, 1)]


async def test_a_view_that_shows_what_was_sent_as_due_sends_nothing(post: Open) -> None:
    one = await post()
    async with one.running():
        [id_] = await one.want("ann")
        await eventually(partial(one.is_listed, id_, "sent"))
        await rows(one.database, "update post_delivery_v1 set status = 'waiting', tries = 0, due_at = now()")
        await asyncio.sleep(0.5)
    assert one.outside.arrived == [(id_, 1)]
    assert await one.ends(id_, DeliveryTried, DeliverySent)


async def test_of_several_processes_one_sends_and_another_takes_over(post: Open) -> None:
    one = await post()
    async with one.running(processes=3):
        ids = await one.want(*(f"p{n}" for n in range(20)))
        await eventually(partial(arrived, one, 20))
        assert sorted(run.status for run in one.runs) == ["running", "standing by", "standing by"]
        own = "database = (select oid from pg_database where datname = current_database())"  # others test on the same server
        held = f"select pid from pg_locks where locktype = 'advisory' and granted and classid = 1903390308 and {own}"
        [active] = await rows(one.database, held)
        await rows(one.database, f"select pg_terminate_backend({active['pid']})")
        ids += await one.want(*(f"q{n}" for n in range(20)))
        await eventually(partial(arrived, one, 40))
        await asyncio.sleep(0.3)
    assert sorted(one.outside.arrived) == sorted((id_, 1) for id_ in ids)


async def arrived(one: Post, count: int) -> bool:
    return len(one.outside.arrived) >= count


async def test_processes_that_all_take_themselves_for_the_one_make_no_try_twice(post: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channel_events.sending.run._LOCK", "select true or $1 = length($2)")
    one = await post()

    async def slowly(_: Outgoing) -> None:
        await asyncio.sleep(0.05)

    one.outside.deal = slowly
    async with one.running(processes=3):
        ids = await one.want(*(f"p{n}" for n in range(30)))
        await eventually(partial(arrived, one, 30))
        await asyncio.sleep(0.3)
    assert sorted(one.outside.arrived) == sorted((id_, 1) for id_ in ids)


async def test_a_target_that_hangs_holds_up_nobody_else_and_is_left_alone(post: Open) -> None:
    one = await post(seconds=0.2, each=2, at_once=4, breaker=Breaker(failures=3, seconds=600), retry=Backoff(tries=50, first=0.01))

    async def hang(letter: Outgoing) -> None:
        if letter.intent.data.to == "hanging":
            await asyncio.sleep(600)

    one.outside.deal = hang
    async with one.running():
        hung = await one.want(*["hanging"] * 20)
        others = await one.want(*(f"p{n}" for n in range(20)))
        await eventually(partial(arrived, one, 20))
        assert sorted(one.outside.arrived) == sorted((id_, 1) for id_ in others)
        await eventually(partial(trouble, one, "1 targets do not answer"))
        await eventually(partial(quiet, one, hung))  # a try that began before the breaker opened still ends; then none is used up
    assert {end.reason for id_ in hung for end in await one.story(id_) if isinstance(end, DeliveryFailed)} == {"no answer within 0.2 s"}


async def quiet(one: Post, ids: list[str]) -> bool:
    """In the time of three tries nothing is told of them."""
    before = [await one.story(id_) for id_ in ids]
    await asyncio.sleep(0.6)
    return [await one.story(id_) for id_ in ids] == before


async def trouble(one: Post, text: str) -> bool:
    return one.runs[0].trouble() == text


async def test_an_end_that_the_database_was_too_far_away_to_hear_is_told_when_it_is_back(post: Open) -> None:
    one = await post()

    async def cut(_: Outgoing) -> None:
        await rows(
            one.database,
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like 'qudao-%'",
        )

    one.outside.deal = cut
    async with one.running():
        ids = [(await one.want(f"p{n}"))[0] for n in range(3)]
        await eventually(partial(arrived, one, 3))
        for id_ in ids:
            await eventually(partial(one.is_listed, id_, "sent"))
        await asyncio.sleep(0.3)
    assert sorted(one.outside.arrived) == sorted((id_, 1) for id_ in ids)


@pytest.mark.parametrize("written", [True, False])
async def test_an_end_whose_writing_failed_or_is_not_known_is_told_again_and_counts_once(
    post: Open, monkeypatch: pytest.MonkeyPatch, written: bool
) -> None:
    one, execute = await post(), Log.execute
    failures: list[Exception] = [LogUnavailable("away"), OutcomeUnknown("who knows")]

    async def failing(self: Log, *targets: On, **more: Any) -> Any:
        if failures and isinstance(targets[0].command, Sent):
            if written:
                await execute(self, *targets, **more)
            raise failures.pop()
        return await execute(self, *targets, **more)

    monkeypatch.setattr(Log, "execute", failing)
    async with one.running():
        [id_] = await one.want("ann")
        await eventually(partial(one.is_listed, id_, "sent"))
        await eventually(partial(no_more, failures))
        await asyncio.sleep(0.3)
    assert one.outside.arrived == [(id_, 1)]
    assert await one.ends(id_, DeliveryTried, DeliverySent)


async def no_more(failures: list[Exception]) -> bool:
    return not failures


async def test_whoever_dies_in_a_try_leaves_it_to_be_made_again_when_its_time_is_over(post: Open) -> None:
    one = await post(seconds=10)
    async with one.running():
        one.outside.deal = lambda _: asyncio.sleep(600)
        [id_] = await one.want("ann")
        await eventually(partial(one.ends, id_, DeliveryTried))
    one.outside.deal = one.outside._take
    async with one.running():
        await asyncio.sleep(0.5)
        assert one.outside.arrived == [], "it may still be under way"
        one.ahead = timedelta(seconds=26)
        await eventually(partial(one.is_listed, id_, "sent"))
    assert one.outside.arrived == [(id_, 2)]


async def test_bugs_in_what_sends_are_failed_tries_that_tell_no_values(post: Open) -> None:
    one = await post()

    async def bug(_: Outgoing) -> None:
        raise KeyError("a secret")

    one.outside.deal = bug
    async with one.running():
        [id_] = await one.want("ann")
        await eventually(partial(one.is_listed, id_, "given_up"))
    assert {end.reason for end in await one.story(id_) if not isinstance(end, DeliveryTried)} == {"KeyError"}
