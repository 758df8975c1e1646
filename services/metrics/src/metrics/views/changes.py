"""What came into the facts, in frames: gapless numbers on which all processes that tell of changes agree.

A frame holds how far the views of facts were when it was taken (their positions in each partition) and the sums of the
facts that came in since the frame before. Whoever looks first writes it; the number is the key, so there is only one.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from channel_events import parked_events_query, progress_query, serving_query
from sqlalchemy.dialects.postgresql import ARRAY, insert

from metrics.domain.facts import CURRENCY
from metrics.domain.kpi import Dated
from metrics.domain.question import Question
from metrics.domain.tally import Grouping
from metrics.views.fact_tables import FactTables
from metrics.views.scope import Scope

FRAME = sa.table("live_frame", *(sa.column(name) for name in ("number", "mark", "reach", "whole", "sums", "taken_at")))

GRANTS = 'grant select, insert, delete on live_frame to "{role}";'


def newest_query() -> sa.Select[Any]:
    """Number and mark of the newest frame; no row before the first."""
    return sa.select(FRAME.c.number, FRAME.c.mark).order_by(FRAME.c.number.desc()).limit(1)


def reach_query(every: Sequence[FactTables]) -> sa.CompoundSelect[Any]:
    """By the view's subscription, its position in each partition, how many of its events are parked, and which build is read."""
    return sa.union_all(*(_reach_of(tables.view.subscription) for tables in every))


def _reach_of(subscription: str) -> sa.Select[Any]:
    place = progress_query().subquery("place").c
    parked = sa.select(sa.func.count()).select_from(parked_events_query(subscription).subquery("parked")).scalar_subquery()
    build = sa.func.coalesce(serving_query(subscription).scalar_subquery(), 0)
    columns = (place.subscription, place.partition, place.position, parked.label("parked"), build.label("build"))
    return sa.select(*columns).where(place.subscription == subscription)


def still_parked_query(tables: FactTables, reached: Mapping[int, int]) -> sa.Select[Any]:
    """How many of the events up to these positions are parked: fewer than there were, and some have been re-driven."""
    upto, events = _places(reached, "upto"), parked_events_query(tables.view.subscription).subquery("parked")
    joined = events.join(upto, upto.c.partition == events.c.partition)
    return sa.select(sa.func.count()).select_from(joined).where(events.c.position <= upto.c.position)


def frames_query(after: int) -> sa.Select[Any]:
    """The frames behind number ``after``, in order."""
    return sa.select(FRAME).where(FRAME.c.number > after).order_by(FRAME.c.number)


def add_frame(frame: Mapping[str, Any]) -> sa.Insert:
    """Adds a frame, unless there is one with its number; answers with ``mark`` and ``taken_at`` if it did."""
    return insert(FRAME).values(frame).on_conflict_do_nothing().returning(FRAME.c.mark, FRAME.c.taken_at)


def forget_frames(minutes: int) -> sa.Delete:
    """Deletes frames older than that."""
    return sa.delete(FRAME).where(FRAME.c.taken_at < sa.func.now() - sa.func.make_interval(0, 0, 0, 0, 0, minutes))


def sums_since(tables: FactTables, reached: Mapping[int, int], limit: int) -> sa.Select[Any]:
    """`Facts.sums` of the facts behind these positions; of at most ``limit`` facts in a partition.

    The limit also makes PostgreSQL walk the key of each partition, whatever it believes of a table just filled: reading
    all facts ten times a second would keep a core busy.
    """
    since, rows = _places(reached, "since"), tables.rows.c
    behind = (rows.service == tables.facts.of) & (rows.partition == since.c.partition) & (rows.position > since.c.position)
    ordered = sa.select(tables.rows).where(behind).order_by(rows.position, rows.line).limit(limit)
    new = ordered.correlate(since).lateral("new")
    amounts = {one.name for one in tables.facts.summed}
    shared = [new.c[name] for name in tables.facts.sums.__struct_fields__ if name not in amounts]
    return sa.select(*shared, *_sums(tables, new)).select_from(since.join(new, sa.true())).group_by(*shared)


def grouped_query(
    tables: FactTables, question: Question, by: Grouping, dated: Dated, kinds: Sequence[str], also: Iterable[str]
) -> sa.Select[Any]:
    """Sums by ``g0``, ``g1``... (the groups of ``by``), kind, currency and ``also``, of facts that count on that date."""
    scope = Scope(question, tables.sums, dated=dated, kinds=kinds)
    keys: list[sa.ColumnElement[Any]] = [scope.column(group).label(f"g{n}") for n, group in enumerate(by)]
    keys += [scope.column(name).label(name) for name in ("kind", CURRENCY, *also) if name in tables.sums.c]
    return sa.select(*keys, *_sums(tables, scope.rows)).where(*scope.conditions).group_by(*keys)


def _sums(tables: FactTables, rows: sa.FromClause) -> list[sa.ColumnElement[Any]]:
    # Of whole numbers PostgreSQL's sum is no whole number.
    columns = [rows.c[one.name] for one in tables.facts.summed]
    return [sa.cast(sa.func.sum(column), column.type).label(column.name) for column in columns]


def _places(reached: Mapping[int, int], name: str) -> Any:
    """Partitions and positions as rows."""
    arrays = (sa.literal(list(values), ARRAY(sa.BigInteger)) for values in (reached, reached.values()))
    return sa.func.unnest(*arrays).table_valued("partition", "position", name=name).render_derived()
