"""What the log cannot hold is refused with a code of its own, and harms no neighbour."""

import asyncio
import os
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from channel_events import Actor, CommandKey, Decider, Log, On, Rejected
from channel_events.log.storable import encoded
from channel_events.pure import Known, event

from .conftest import OpenLog
from .specimen import JAR, Put

ANN = Actor("ann")
NAN, INFINITY = float("nan"), float("inf")


class Line(msgspec.Struct, frozen=True):
    weight: float | None = None
    price: Decimal | None = None


@event("measured")
class Measured(msgspec.Struct, frozen=True):
    """Numbers of every kind, in every place."""

    count: int = 0
    weight: float = 0.0
    price: Decimal = Decimal(0)
    perhaps: float | None = None
    lines: tuple[Line, ...] = ()
    by_name: dict[str, Any] = {}
    anything: Any = None
    note: str | None = None
    on: date | None = None


def record(command: Measured, _: int, __: Known) -> Iterator[Measured]:
    yield command


SCALE: Decider[Measured, int, Measured] = Decider("scale", initial=0, decide=record, evolve=lambda n, _: n + 1, events=[Measured])

NOT_FINITE = [
    (Measured(weight=NAN), "weight"),
    (Measured(weight=-INFINITY), "weight"),
    (Measured(weight=1e400), "weight"),
    (Measured(perhaps=NAN, note="null"), "perhaps"),
    (Measured(price=Decimal("NaN")), "price"),
    (Measured(price=Decimal("sNaN")), "price"),
    (Measured(price=Decimal("-Infinity")), "price"),
    (Measured(lines=(Line(), Line(1.0), Line(INFINITY))), "lines.2.weight"),
    (Measured(lines=(Line(price=Decimal("Infinity")),), note="Infinity"), "lines.0.price"),
    (Measured(by_name={"a": 1, "b": [{"c": NAN}]}), "by_name.b.0.c"),
    (Measured(anything=[Decimal("NaN")]), "anything.0"),
    (Measured(anything={Decimal("NaN"): 1}), "anything.key"),
    (Measured(count=NAN), "count"),  # type: ignore[arg-type]
    (Measured(count=Decimal("NaN")), "count"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("measured", "field"), NOT_FINITE)
def test_a_number_that_is_not_finite_is_refused_wherever_it_is(measured: Measured, field: str) -> None:
    with pytest.raises(Rejected) as refused:
        encoded(measured)
    assert (refused.value.code, refused.value.facts["field"]) == ("unstorable_number", field)


FINITE = [
    Measured(),
    Measured(weight=-0.0, perhaps=1e308, price=Decimal("-0.00"), lines=(Line(), Line(5e-324, Decimal("1E+40")))),
    Measured(note="NaN", by_name={"NaN": "Infinity", "null": None}, anything=["-Infinity", None, "null"]),
    Measured(note='say "NaN", "Infinity", :null, and nothing', on=date(2026, 1, 31)),
]


@pytest.mark.parametrize("measured", FINITE)
def test_what_only_looks_like_one_is_kept_as_it_is(measured: Measured) -> None:
    assert msgspec.json.decode(encoded(measured), type=Measured) == measured


async def test_a_number_that_is_not_finite_harms_no_neighbour_and_no_later_reading(open_log: OpenLog) -> None:
    log = await open_log(SCALE)
    bad, good = await asyncio.gather(
        log.execute(On(SCALE, "a", Measured()), On(SCALE, "a", Measured(weight=NAN)), by=ANN),
        log.execute(On(SCALE, "b", Measured(weight=1.5)), by=ANN),
        return_exceptions=True,
    )
    assert isinstance(bad, Rejected)
    assert not isinstance(good, BaseException)
    other = await open_log(SCALE)
    assert (await other.state(SCALE, "a"), await other.state(SCALE, "b")) == (0, 1)


LONG = os.urandom(2_000).hex()
TOO_LONG: list[tuple[On, Actor, CommandKey | None]] = [
    (On(JAR, LONG, Put(1)), ANN, None),
    (On(JAR, "渠" * 900, Put(1)), ANN, None),
    (On(JAR, "a", Put(1)), ANN, CommandKey(LONG, b"")),
    (On(JAR, "a", Put(1)), Actor(LONG), CommandKey("k", b"")),
    (On(JAR, "a", Put(1)), ANN, CommandKey("k", b"", owner=LONG)),
]


@pytest.mark.parametrize("number", range(len(TOO_LONG)))
async def test_a_name_that_no_index_holds_is_refused_and_harms_no_neighbour(log: Log, number: int) -> None:
    target, by, key = TOO_LONG[number]
    bad, good = await asyncio.gather(log.execute(target, by=by, key=key), log.execute(On(JAR, "b", Put(1)), by=ANN), return_exceptions=True)
    assert isinstance(bad, Rejected)
    assert (bad.code, bad.facts) == ("name_too_long", {"limit": 2_600})
    assert not isinstance(good, BaseException)


async def test_the_longest_names_are_held(log: Log) -> None:
    name = os.urandom(1_297).hex()
    written = await log.execute(On(JAR, name[4:], Put(1)), by=Actor(LONG), key=CommandKey(name, b"", owner="o"))
    assert written.position == 1


async def test_what_only_an_index_refuses_fails_its_own_command(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channel_events.log.draft.MAX_NAME_BYTES", 10_000)
    commands = [log.execute(On(JAR, LONG if n == 3 else f"{n}", Put(1)), by=ANN) for n in range(7)]
    answers = await asyncio.gather(*commands, return_exceptions=True)
    assert [type(answer).__name__ for answer in answers] == ["Appended"] * 3 + ["ProgramLimitExceededError"] + ["Appended"] * 3


@pytest.mark.parametrize("text", ["nul \0", "lone \ud800", "\udc00"])
async def test_every_text_around_a_command_is_looked_at(log: Log, text: str) -> None:
    for by in (Actor(text), Actor("a", reason=text), Actor("a", correlation=text), Actor("a", causation=text), Actor("a", trace=text)):
        with pytest.raises(Rejected, match="unstorable_text"):
            await log.execute(On(JAR, "red", Put(1)), by=by)
    for key in (CommandKey(text, b""), CommandKey("k", b"", owner=text)):
        with pytest.raises(Rejected, match="unstorable_text"):
            await log.execute(On(JAR, "red", Put(1)), by=ANN, key=key)
    with pytest.raises(Rejected, match="unstorable_text"):
        await log.execute(On(JAR, "\ud800", Put(1)), On(JAR, "\udc00", Put(1)), by=ANN)  # which are one character only together
