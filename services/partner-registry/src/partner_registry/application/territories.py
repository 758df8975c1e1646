"""What is done with territories."""

from channel_events import Actor, Appended, CommandKey, Log, On

from partner_registry.domain.territories import TERRITORIES, TREE, DefineTerritory


async def define_territory(log: Log, command: DefineTerritory, by: Actor, key: CommandKey | None) -> Appended:
    return await log.execute(On(TERRITORIES, TREE, command), by=by, key=key)
