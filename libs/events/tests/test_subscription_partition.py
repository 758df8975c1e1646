"""Where a subscription reads and what it applies, on topics that repeat, reorder, lose, forget and are repaired."""

from itertools import permutations, product

from channel_events.pure import Recorded
from channel_events.subscription.links import Place
from channel_events.subscription.partition_reader import PartitionReader
from channel_events.subscription.progress import FORKED, INCOMPLETE, RUNNING, Progress

from .test_subscription_links import CHAIN, at, ident

A, B, C, D = CHAIN


class Follower:
    """A partition of a topic as a list, followed to its end as a subscription does; steps are always committed."""

    def __init__(self, place: Place | None = None, offset: int | None = None) -> None:
        self.reader = PartitionReader(Progress(0, 0, place or Place(), offset, RUNNING))
        self.applied: list[int] = []
        self.next = 0
        self.seeks: list[int] = []

    @property
    def progress(self) -> Progress:
        return self.reader.progress

    def run(self, topic: list[Recorded], size: int = 3) -> list[int]:
        for _ in range(100):
            if self.reader.seek is not None:
                self.next, self.reader.seek = self.reader.seek, None
                self.seeks.append(self.next)
            batch = list(enumerate(topic))[self.next : self.next + size]
            if batch:
                self.next = batch[-1][0] + 1
                step = self.reader.follow(batch)
            else:
                step = self.reader.at_end(len(topic), self.next)
            if step is not None:
                self.applied += [event.position for event in step.events]
                here = self.progress
                self.reader.progress = Progress(0, here.revision + 1, step.place, step.offset, step.state)
            if self.reader.forked or (not batch and step is None and self.reader.seek is None):
                return self.applied
        raise AssertionError(f"reads for ever: {self.seeks}")


def test_every_order_of_arrival_before_a_whole_one_applies_everything_once() -> None:
    for first, second, size in product(permutations(CHAIN), permutations(CHAIN, 2), (1, 3, 20)):
        follower = Follower()
        assert follower.run([*first, *second, *CHAIN], size) == [2, 5, 6, 9]
        assert follower.progress.state == RUNNING


def test_a_gap_is_looked_for_from_the_start_once_and_then_said() -> None:
    follower = Follower()
    assert follower.run([A, C, D]) == [2]
    assert follower.progress.state == INCOMPLETE
    assert follower.seeks == [0, 0]
    assert follower.run([A, C, D, at(11, 9)]) == [2]
    assert follower.seeks == [0, 0]


def test_a_repaired_topic_goes_on_where_the_gap_was() -> None:
    follower = Follower()
    follower.run([A, C, D])
    assert follower.run([A, C, D, B, C, D]) == [2, 5, 6, 9]
    assert (follower.progress.state, follower.progress.offset) == (RUNNING, 5)


def test_a_repair_that_came_while_nobody_read_is_found() -> None:
    behind = Follower(Place(2, ident(2)), 0)
    assert behind.run([A, C, D, B, C, D]) == [5, 6, 9]


def test_what_is_missing_may_lie_before_where_we_read() -> None:
    follower = Follower(Place(2, ident(2)), 2)
    assert follower.run([A, B, A, C, D]) == [5, 6, 9]
    assert follower.seeks == [2, 0]


def test_reading_goes_on_right_behind_our_own_record() -> None:
    follower = Follower(Place(5, ident(5)), 1)
    assert follower.run(CHAIN) == [6, 9]
    assert follower.seeks == [1]


def test_another_record_at_our_offset_means_another_topic_which_is_read_from_its_start() -> None:
    follower = Follower(Place(5, ident(5)), 3)
    assert follower.run(CHAIN) == [6, 9]
    assert follower.seeks == [3, 0]
    assert follower.progress.offset == 3


def test_a_topic_that_ends_before_our_offset_is_read_from_its_start() -> None:
    follower = Follower(Place(5, ident(5)), 500)
    assert follower.run(CHAIN) == [6, 9]


def test_a_topic_that_ends_right_before_our_record_is_read_from_its_start() -> None:
    follower = Follower(Place(5, ident(5)), 4)
    assert follower.run(CHAIN) == [6, 9]


def test_a_topic_that_was_cut_while_we_stood_at_its_end_is_read_from_its_start() -> None:
    follower = Follower()
    follower.run([A, A, A, A, B])
    assert follower.run([A, B, C]) == [2, 5, 6]


def test_our_own_record_at_a_later_offset_is_where_we_go_on_next_time() -> None:
    follower = Follower(Place(9, ident(9)), 500)
    assert follower.run([A, B, C, D]) == []
    assert follower.progress.offset == 3


def test_the_check_of_an_idle_partition_finds_a_topic_that_was_filled_anew() -> None:
    follower = Follower()
    follower.run([A, A, B])
    follower.reader.check()
    assert follower.run([A, B, C]) == [2, 5, 6]


def test_the_check_of_an_idle_partition_changes_nothing_when_all_is_well() -> None:
    follower = Follower()
    follower.run(CHAIN)
    revision = follower.progress.revision
    follower.reader.check()
    assert follower.run(CHAIN) == [2, 5, 6, 9]
    assert follower.progress.revision == revision


def test_a_fork_stops_the_partition_after_what_still_was_good() -> None:
    follower = Follower(Place(2, ident(2)), 0)
    assert follower.run([A, B, at(6, 5, of=1), C, D]) == [5]
    assert follower.progress.state == FORKED


def test_a_topic_without_its_beginning_applies_nothing() -> None:
    follower = Follower()
    assert follower.run([B, C]) == []
    assert follower.progress.state == INCOMPLETE
