"""The kit finds a reader that looks at an event which its source passes over."""

from datetime import date

import pytest
from channel_events import On, OwnLog, Reaction
from channel_testing import feed, on

from .moving import taken_view
from .specimen import JAR, MarblesAdded, MarblesTaken, Put

TAKEN = MarblesTaken(1, occurred_on=date(2026, 1, 5))


def test_a_view_that_folds_what_its_source_passes_over_is_found() -> None:
    assert feed(taken_view(OwnLog(events=[MarblesTaken])), MarblesAdded(1), TAKEN).rows() == [{"jar": "1", "count": 1, "events": 1}]
    with pytest.raises(AssertionError, match="view taken folds marbles_taken, which its source passes over"):
        feed(taken_view(OwnLog(events=[MarblesAdded])), TAKEN)


def test_a_reaction_to_what_its_source_passes_over_is_found() -> None:
    replace = Reaction("replace", of=OwnLog(events=[MarblesTaken]), commands=lambda event: [On(JAR, event.key, Put(1))])
    assert len(on(replace, TAKEN)) == 1
    with pytest.raises(AssertionError, match="reaction replace does not look at marbles_added"):
        on(replace, MarblesAdded(1))
