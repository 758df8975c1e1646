"""Making a view again beside the one that is read, while events flow."""

import msgspec
from channel_events.subscription.retiring import building, drop, drop_retired, only_one
from channel_events.subscription.serving import schema_of, serving_build
from channel_events.subscription.tables import make_indexes
from channel_events.view import View

from channel_operate.builds import Held, hold, new_build, switch
from channel_operate.drawing_level import Told, Where, folding


class Rebuilt(msgspec.Struct, frozen=True):
    """The build that is read now, where it was at the switch (positions by ``source/partition``), and the one read before."""

    build: int
    places: dict[str, int]
    retired: int


async def rebuild(where: Where, view: View, *, told: Told = lambda _: None, patience: float = 600) -> Rebuilt:
    """Folds ``view`` from the start into new tables and lets them be read when they are where the old ones are.

    Workers and readers go on meanwhile. ``patience``: seconds to try the switch after everything is folded; `NotReady` with
    the reason when it cannot be done, and then nothing has changed. `Busy` when another process is at it. The old tables
    stay for those who began to read them; the next rebuild or migration drops them, a minute later at the earliest, so one
    build more than is read is all that is ever left.
    """
    async with only_one(where.owner_dsn, view) as connection:
        await drop_retired(connection, view)
        build = await new_build(connection, view, where.role)
        retired = await serving_build(connection, view.subscription)

        async def take_over(serving: Held) -> None:
            await switch(connection, view, build, serving.places)

        try:
            async with folding(where, connection, view, build, told) as made:
                await made.come_near(patience)
                async with connection.transaction():
                    await hold(connection, building(view, build))  # so that nobody writes: an index would wait for him, and he for it
                    await make_indexes(connection, view, schema_of(view.subscription, build))
                old = await made.when_level(patience, take_over)
        except BaseException:
            async with connection.transaction():
                await drop(connection, view, build)
            raise
    told(1.0)
    return Rebuilt(build, {f"{source}/{partition}": position for (source, partition), position in old.places.items()}, retired)
