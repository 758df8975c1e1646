"""What of states is kept in snapshots: only what comes back as it was."""

from typing import Any

import msgspec
import pytest
from channel_events.log.snapshots import storable
from channel_events.pure import Decider
from hypothesis import given
from hypothesis import strategies as st
from immutables import Map
from msgspec import Struct

from .conftest import OpenLog


class Other(Struct):
    marbles: int


class Ledger(Struct, frozen=True):
    balances: dict[str, float | None]
    names: frozenset[str]
    history: tuple[tuple[str, int], ...] = ()


LEDGER: Decider[Any, Any, Any] = Decider("ledger", initial=None, decide=lambda c, *_: c, evolve=lambda s, _: s, events=[], state=Ledger)
_TEXT = st.text(max_size=5)
_NUMBER = st.none() | st.floats()


@given(st.builds(Ledger, st.dictionaries(_TEXT, _NUMBER), st.frozensets(_TEXT), st.lists(st.tuples(_TEXT, st.integers())).map(tuple)))
def test_a_state_that_would_come_back_as_another_is_not_kept(ledger: Ledger) -> None:
    data = storable(LEDGER, ledger)
    assert data is None or msgspec.json.decode(data, type=Ledger) == ledger
    finite = all(value is None or value - value == 0 for value in ledger.balances.values())
    assert (data is not None) is (finite and encodable(ledger))


def encodable(ledger: Ledger) -> bool:
    try:
        repr(ledger).encode()
        "".join([*ledger.balances, *ledger.names, *(name for name, _ in ledger.history)]).encode()
    except UnicodeEncodeError:
        return False
    return True


def of(state: Any, initial: Any = None) -> Decider[Any, Any, Any]:
    return Decider("odd", initial=initial, decide=lambda c, *_: c, evolve=lambda s, _: s, events=[], state=state)


async def test_states_that_have_no_form_are_refused_when_the_log_is_opened(open_log: OpenLog) -> None:
    with pytest.raises(TypeError):
        await open_log(of(dict[str, object]))


def test_a_state_that_is_not_of_its_type_has_no_snapshot_and_harms_nobody() -> None:
    assert storable(of(Ledger), {"a": object()}) is None
    assert storable(of(int), "7") is None
    assert storable(of(Ledger), Other(7)) is None


def test_a_state_of_a_class_that_msgspec_does_not_know_is_kept_as_another() -> None:
    shelves: Decider[Any, Any, Any] = Decider(
        "shelf", initial=Map(), decide=lambda c, *_: c, evolve=lambda s, _: s, events=[], state=dict[str, int], kept=(dict, Map)
    )
    kept = storable(shelves, Map(pens=3))
    assert kept is not None
    assert shelves.unkeep(kept) == Map(pens=3)
