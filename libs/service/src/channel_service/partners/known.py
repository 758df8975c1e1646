"""What deciders know of partners: structs of their own, made from a service's copy."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

import msgspec
from channel_events import Copy, Need, Table
from msgspec import Struct

K = TypeVar("K", bound=Struct)
PLACES = "places"


def known_partners(need: Need[K], of: type[K], partner: Table, place: Table) -> Copy[K]:
    """``need`` is told by an ``of`` that names what it wants: columns of ``partner``, and ``places``, structs with ``valid_from``,
    ``territory`` or ``parent``, oldest first, those that lie ahead too.

    The first place holds from ``date.min`` on, by the rule of `channel_service.partners.places`: a decider takes the last that
    has begun, and there always is one. ``TypeError`` for a field that the copy does not have.
    """
    named = of.__struct_fields__
    wanted = [name for name in named if name != PLACES]
    if missing := set(wanted) - partner.columns.keys():
        raise TypeError(f"{of.__name__} has {', '.join(sorted(missing))}, which the copy of partners does not keep")
    columns = ", ".join(f"p.{name}" for name in dict.fromkeys(("partner_id", *wanted)))
    begun = ", ".join(f"l.{name}" for name in place.key[1:])

    def read(rows: Sequence[Mapping[str, Any]]) -> dict[str, K]:
        places: dict[str, dict[date, Mapping[str, Any]]] = {}
        for row in rows:
            # Of several words about one day the last one holds; it comes last.
            places.setdefault(row["partner_id"], {})[row["valid_from"]] = row
        holding = {id_: [row for row in own.values() if row["territory"] is not None] for id_, own in places.items()}
        return {id_: _known(of, wanted, rows) for id_, rows in holding.items()}

    return Copy(
        need,
        f"select {columns}, l.valid_from, l.territory, l.parent from {partner.sql.name} p join {place.sql.name} l using (partner_id) "
        f"where p.partner_id = any($1::text[]) order by p.partner_id, {begun}",
        read,
    )


def _known(of: type[K], wanted: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> K:
    places = [{name: row[name] for name in ("valid_from", "territory", "parent")} for row in rows]
    places[0]["valid_from"] = date.min
    return msgspec.convert({**{name: rows[0][name] for name in wanted}, PLACES: places}, of)
