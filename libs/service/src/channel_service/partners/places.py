"""Where a partner is on a day: the place that began last by then.

**Before its first place a partner is where its first known place is.** What is imported may be older than the partner's
application: it belongs to a territory all the same, and no figure may lose it. All that asks for a place goes through here
or, of many days at once, through the same rule beside it (`known_partners`, `versions`).
"""

from collections.abc import Callable
from datetime import date
from typing import Any

import sqlalchemy as sa
from channel_events import Table


def place_on(places: Table, partner: sa.ColumnElement[Any], day: date, *columns: str) -> sa.Select[Any]:
    """These columns of the one place of ``partner`` that holds on ``day``.

    ``places`` has the key partner, the day from which it is there, and what orders the words about one day, if anything does: a word of
    no territory takes back those before it.
    """
    place, earlier, later = places.sql.c, places.sql.alias().c, places.sql.alias().c
    id_, since, *_ = places.key
    first = sa.select(sa.func.min(earlier[since])).where(earlier[id_] == place[id_]).scalar_subquery()
    holding = sa.select(*(place[name] for name in columns)).where(place[id_] == partner, place[since] <= sa.func.greatest(day, first))
    if words := places.key[2:]:
        same = [later[name] == place[name] for name in (id_, since)]
        taken_back = sa.exists().where(*same, later.territory.is_(None), *(later[name] >= place[name] for name in words))
        holding = holding.where(~taken_back)
    return holding.order_by(*(place[name].desc() for name in places.key[1:])).limit(1)


def children_seen(access: Table, places: Table) -> Callable[[str, date], sa.Select[Any]]:
    """`Service.also_sees` of a service that keeps copies of who may see its children, and of who is under whom.

    ``access`` has the key ``partner_id`` and ``version``, that of the partner's stream, then ``since`` and ``granted``. Of what
    is in force on a day the last word holds, for a revocation takes back what was planned for later days. ``places`` is that of
    `place_on`, with a ``parent``.
    """

    def seen(parent: str, today: date) -> sa.Select[Any]:
        said, ever = access.sql.c, places.sql.alias().c
        child = ever[places.key[0]]
        granted = sa.select(said.granted).where(said.partner_id == parent, said.since <= today)
        return (
            sa.select(child)
            .distinct()
            .where(
                granted.order_by(said.version.desc()).limit(1).scalar_subquery(),
                ever.parent == parent,
                place_on(places, child, today, "parent").scalar_subquery() == parent,
            )
        )

    return seen
