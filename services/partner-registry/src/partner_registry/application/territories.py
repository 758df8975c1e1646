"""What is done with territories."""

from collections.abc import Iterator

from channel_events import Actor, Appended, CommandKey, Deciding, On

from partner_registry.domain.territories import TERRITORIES, TREE, DefineTerritory


async def define_territory(log: Deciding, command: DefineTerritory, by: Actor, key: CommandKey | None) -> Appended:
    return await log.execute(*defining(command), by=by, key=key)


def defining(command: DefineTerritory) -> Iterator[On]:
    yield On(TERRITORIES, TREE, command)
