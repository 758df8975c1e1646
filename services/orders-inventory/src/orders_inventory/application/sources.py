"""Sources: how each is set up, and the secrets they sign with."""

from collections.abc import Callable
from datetime import datetime

from channel_events import Log, On, Rejected, Steps

from orders_inventory.application.platforms import CONNECTORS
from orders_inventory.domain.source import SOURCE, DefineSource, RotateSecret, Source


def defining(c: DefineSource) -> Steps:
    """Of a platform that there is a connector for."""
    if c.platform not in CONNECTORS:
        raise Rejected("platform_unknown", platform=c.platform, known=", ".join(CONNECTORS))
    return (yield On(SOURCE, c))


async def find_source(log: Log, source: str) -> tuple[Source, str | None]:
    """The source as it is now, and the tag of its stream; ``source_unknown`` when there is none."""
    found = await log.current(SOURCE, source)
    if found.state.settings is None:
        raise Rejected("source_unknown", source=source)
    return found.state, found.tag


def rotating(source: str, previous_until: datetime) -> Callable[[str], On]:
    """The command by which the secret of a name counts, and those before it until then."""
    return lambda secret_id: On(SOURCE, RotateSecret(source=source, secret_id=secret_id, previous_until=previous_until))
