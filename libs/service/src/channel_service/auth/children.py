"""Who sees what is of its children: a parent, on the days on which an agreement grants it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import sqlalchemy as sa
from channel_events import Table


def children_seen(access: Table, places: Table) -> Callable[[str, date], sa.Select[Any]]:
    """`Service.also_sees` of a service that keeps copies of who may see its children, and of who is under whom.

    ``access`` has the key ``partner_id`` and ``version``, that of the partner's stream, then ``since`` and ``granted``. Of what
    is in force on a day the last word holds, for a revocation takes back what was planned for later days. ``places`` has the key
    partner, the day from which it is there, and what orders the places of one day, if anything does; then ``parent``.
    """

    def seen(parent: str, today: date) -> sa.Select[Any]:
        said, place, later = access.sql.c, places.sql.c, places.sql.alias().c
        partner, day, *_ = places.key
        granted = sa.select(said.granted).where(said.partner_id == parent, said.since <= today)
        newer = sa.tuple_(*(later[name] for name in places.key[1:])) > sa.tuple_(*(place[name] for name in places.key[1:]))
        replaced = sa.exists().where(later[partner] == place[partner], later[day] <= today, newer)
        return sa.select(place[partner]).where(
            granted.order_by(said.version.desc()).limit(1).scalar_subquery(), place.parent == parent, place[day] <= today, ~replaced
        )

    return seen
