"""What a use case needs of the log, so that an import can be rehearsed without one."""

from typing import Any, Protocol, TypeVar

from channel_events import Actor, Appended, CommandKey, Decider, On

State = TypeVar("State")


class Deciding(Protocol):
    """The two things use cases ask of the log: write what these commands decide, and tell a stream's state."""

    async def execute(self, *targets: On, by: Actor, key: CommandKey | None = None) -> Appended: ...

    async def state(self, decider: Decider[Any, State, Any], key: str) -> State: ...
