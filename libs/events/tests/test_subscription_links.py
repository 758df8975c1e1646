"""The rules by which a subscription follows a partition, on every way that records may arrive."""

from typing import Any
from uuid import UUID

import pytest
from channel_events.pure import Recorded
from channel_events.subscription.links import Place, Verdict, judge, walk
from channel_testing import recorded
from hypothesis import given as random
from hypothesis import strategies as st

from .specimen import MarblesAdded


def at(position: int, previous: int, *, future: int = 0, of: int = 0) -> Recorded:
    """The event at ``position``; ``future`` tells apart histories of the log that gave the same position twice."""
    return recorded(
        MarblesAdded(1), position=position, id=ident(position, future), previous_position=previous, previous_id=ident(previous, of)
    )


def ident(position: int, future: int = 0) -> str:
    return str(UUID(int=position + (future << 64)))


CHAIN = [at(2, 0), at(5, 2), at(6, 5), at(9, 6)]


def applied(*arriving: Recorded, place: Place | None = None, searching: bool = False) -> list[int]:
    return [event.position for event in walk(place or Place(), list(enumerate(arriving)), searching=searching).apply]


@pytest.mark.parametrize(
    ("record", "verdict"),
    [
        (at(6, 5), Verdict.APPLY),
        (at(5, 2), Verdict.OURS),
        (at(2, 0), Verdict.OLD),
        (at(9, 6), Verdict.GAP),
        (at(5, 2, future=1), Verdict.FORKED),  # the same position with another id
        (at(6, 5, of=1), Verdict.FORKED),  # its predecessor has our position, and is not ours
        (at(9, 2), Verdict.FORKED),  # the log goes on from before us
        (at(9, 4), Verdict.FORKED),
    ],
)
def test_what_a_record_is_to_someone_at_position_5(record: Recorded, verdict: Verdict) -> None:
    assert judge(Place(5, ident(5)), record) is verdict


def test_a_partition_begins_where_nothing_came_before() -> None:
    assert judge(Place(), at(7, 0)) is Verdict.APPLY
    assert judge(Place(), at(7, 3)) is Verdict.GAP


def test_the_link_and_not_the_position_says_what_comes_next() -> None:
    assert applied(at(2, 0), at(3, 1)) == [2]


def test_records_before_a_gap_are_applied_and_those_behind_it_are_not() -> None:
    done = walk(Place(), [(10, CHAIN[0]), (11, CHAIN[2]), (12, CHAIN[3])], searching=False)
    assert [event.position for event in done.apply] == [2]
    assert (done.gap, done.rest) == (True, 11)


def test_searching_skips_what_does_not_link_and_goes_on_where_it_does() -> None:
    done = walk(Place(2, ident(2)), list(enumerate([CHAIN[3], CHAIN[0], CHAIN[1], CHAIN[2], CHAIN[3]])), searching=True)
    assert [event.position for event in done.apply] == [5, 6, 9]
    assert done.offsets == [2, 3, 4]
    assert not done.gap


@pytest.mark.parametrize("fork", [at(5, 2, future=1), at(6, 5, of=1), at(9, 2), at(9, 4)])
def test_searching_still_tells_old_from_forked(fork: Recorded) -> None:
    """By the same position with another id, and by a predecessor that is not above us and not ours."""
    done = walk(Place(5, ident(5)), list(enumerate([at(9, 6), at(2, 0), fork, at(6, 5)])), searching=True)
    assert done.forked is fork
    assert done.apply == []


def test_a_fork_behind_good_records_keeps_the_good_ones() -> None:
    done = walk(Place(), list(enumerate([CHAIN[0], CHAIN[1], at(6, 4), CHAIN[2]])), searching=False)
    assert [event.position for event in done.apply] == [2, 5]
    assert done.forked is not None


def test_our_own_record_met_again_tells_its_new_offset() -> None:
    done = walk(Place(5, ident(5)), [(40, CHAIN[0]), (41, CHAIN[1])], searching=False)
    assert (done.ours, done.apply, done.skipped) == (41, [], 1)


@random(st.data())
def test_whatever_is_lost_repeated_or_reordered_only_a_prefix_is_applied_and_in_order(data: Any) -> None:
    positions = data.draw(st.lists(st.integers(1, 60), unique=True, min_size=1, max_size=12).map(sorted))
    chain = [at(position, previous) for previous, position in zip([0, *positions], positions, strict=False)]
    arriving = data.draw(st.lists(st.sampled_from(chain), max_size=40))
    place, seen = Place(), []
    batches = data.draw(st.lists(st.integers(1, 7), min_size=1, max_size=10))
    searching = False
    while arriving:
        size = batches.pop(0) if batches else len(arriving)
        done = walk(place, list(enumerate(arriving[:size])), searching=searching)
        arriving = arriving[size:]
        searching = searching or done.rest is not None
        assert done.forked is None
        seen += [event.position for event in done.apply]
        place = done.place
    assert seen == positions[: len(seen)]
    assert applied(*chain, place=place) == positions[len(seen) :]
