"""What a use case needs of the log, so that it can be rehearsed without writing."""

from typing import Any, Protocol, TypeVar

from channel_events.log import Appended
from channel_events.pure import Actor, CommandKey, Decider, On

State = TypeVar("State")


class Deciding(Protocol):
    """The two things use cases ask of the `Log`: write what these commands decide, and tell a stream's state."""

    async def execute(self, *targets: On, by: Actor, key: CommandKey | None = None) -> Appended: ...

    async def state(self, decider: Decider[Any, State, Any], key: str) -> State: ...
