"""Keys of events that a reaction is done with although they wrote nothing."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from channel_events.pure import Recorded
from channel_events.reaction import Reaction
from channel_events.view import Topic

IDLE = "nothing"
_KEEP = """
insert into command_key (actor, key, body_hash, first_position, count, outcome)
select a, k, ''::bytea, 0, 0, o from unnest($1::text[], $2::text[], $3::text[]) as n (a, k, o) on conflict do nothing
"""


class Outcome(NamedTuple):
    """What became of an event: the code of its refusal, or that it makes no commands."""

    event: Recorded
    outcome: str


class ReactionKeys:
    """Stored in the transaction that moves the progress; nobody else writes keys of this reaction.

    Of a topic's events those that make no commands have a key, too. After a fork everything is read again from the start,
    and an event that was passed over before, by older code, must not act then; one
    that the log gave in the meantime must. Only the id tells one from the other: positions may have been given again, and
    clocks differ (test_what_was_passed_over_before_a_fork_does_not_act_after_it). The own log never forks: its progress is
    restored with it. Types that the reaction does not know are not judged and have none.
    """

    def __init__(self, reaction: Reaction) -> None:
        self._reaction = reaction
        self._forks = isinstance(reaction.source, Topic)

    async def keep_idle(self, connection: Any, events: Sequence[Recorded]) -> None:
        """These make no commands."""
        if self._forks:
            await self.keep(connection, [Outcome(event, IDLE) for event in events])

    async def keep(self, connection: Any, outcomes: Sequence[Outcome]) -> None:
        """These wrote nothing and are done."""
        if not outcomes:
            return
        names = [(self._reaction.actor(event).subject, self._reaction.key(event).key) for event, _ in outcomes]
        await connection.execute(_KEEP, [actor for actor, _ in names], [key for _, key in names], [outcome for _, outcome in outcomes])
