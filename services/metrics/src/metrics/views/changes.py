"""What came into the facts, in frames: gapless numbers on which all processes that tell of changes agree.

A frame holds how far the view of the sales was when it was taken (its position in each partition) and the sums of the
facts that came in since the frame before. Whoever looks first writes it; the number is the key, so there is only one.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from channel_events import parked_events_query, progress_query, serving_query
from sqlalchemy.dialects.postgresql import ARRAY, insert

from metrics.domain.kpi import Dated, Kind
from metrics.domain.question import Dimension, Question
from metrics.domain.tally import Grouped, Grouping, Sums
from metrics.views.grains import SUMS
from metrics.views.sales import FACT, SALES
from metrics.views.scope import Scope

FRAME = sa.table("live_frame", *(sa.column(name) for name in ("number", "mark", "of", "reached", "parked", "whole", "sums", "taken_at")))
_SOURCE = SALES.sources[0].name

GRANTS = 'grant select, insert, delete on live_frame to "{role}";'

_SUMMED = [name for name in Grouped.__struct_fields__ if name not in {"kind", "currency", "lines", "orders"}]
_SHARED = [name for name in Sums.__struct_fields__ if name not in Grouped.__struct_fields__ or name in {"kind", "currency"}]


def newest_query() -> sa.Select[Any]:
    """Number and mark of the newest frame; no row before the first."""
    return sa.select(FRAME.c.number, FRAME.c.mark).order_by(FRAME.c.number.desc()).limit(1)


def build_query() -> sa.Select[Any]:
    """Which build of the view is read; no row for the first."""
    return serving_query(SALES.subscription)


def reached_query() -> sa.Select[Any]:
    """The view's position in each partition, with how many of its events are parked."""
    events, places = _parked(), progress_query().subquery("place")
    parked = sa.select(sa.func.count()).select_from(events).scalar_subquery()
    mine = (places.c.subscription == SALES.subscription) & (places.c.source == _SOURCE)
    return sa.select(places.c.partition, places.c.position, parked.label("parked")).where(mine)


def still_parked_query(reached: Mapping[int, int]) -> sa.Select[Any]:
    """How many of the events up to these positions are parked: fewer than there were, and some have been re-driven."""
    upto = (
        sa.func.unnest(_integers(reached), _integers(reached.values())).table_valued("partition", "position", name="upto").render_derived()
    )
    events = _parked()
    joined = events.join(upto, upto.c.partition == events.c.partition)
    return sa.select(sa.func.count()).select_from(joined).where(events.c.position <= upto.c.position)


def _parked() -> sa.Subquery:
    events = parked_events_query(SALES.subscription)
    return events.where(events.selected_columns.source == _SOURCE).subquery("parked")


def frames_query(after: int) -> sa.Select[Any]:
    """The frames behind number ``after``, in order."""
    return sa.select(FRAME).where(FRAME.c.number > after).order_by(FRAME.c.number)


def add_frame(frame: Mapping[str, Any]) -> sa.Insert:
    """Adds a frame, unless there is one with its number; answers with ``mark`` and ``taken_at`` if it did."""
    return insert(FRAME).values(frame).on_conflict_do_nothing().returning(FRAME.c.mark, FRAME.c.taken_at)


def forget_frames(minutes: int) -> sa.Delete:
    """Deletes frames older than that."""
    return sa.delete(FRAME).where(FRAME.c.taken_at < sa.func.now() - sa.func.make_interval(0, 0, 0, 0, 0, minutes))


def sums_since(reached: Mapping[int, int], limit: int) -> sa.Select[Any]:
    """Sums of the facts behind these positions, by all that `Sums` names; of at most ``limit`` facts in a partition.

    The limit also makes PostgreSQL walk the key of each partition, whatever it believes of a table just filled: reading
    all facts ten times a second would keep a core busy.
    """
    since = (
        sa.func.unnest(_integers(reached), _integers(reached.values())).table_valued("partition", "position", name="since").render_derived()
    )
    fact = FACT.sql.c
    behind = (fact.service == _SOURCE) & (fact.partition == since.c.partition) & (fact.position > since.c.position)
    ordered = sa.select(FACT.sql).where(behind).order_by(fact.position, fact.line).limit(limit)
    new = ordered.correlate(since).lateral("new")
    shared = [new.c[name] for name in _SHARED]
    sums = [_sum(new, name) for name in _SUMMED]
    orders = sa.func.count().filter(new.c.line == 1).label("orders")
    return sa.select(*shared, sa.func.count().label("lines"), orders, *sums).select_from(since.join(new, sa.true())).group_by(*shared)


def grouped_query(question: Question, by: Grouping, dated: Dated, kinds: Iterable[Kind]) -> sa.Select[Any]:
    """`Grouped` sums by ``g0``, ``g1``... (the groups of ``by``), kind and currency, of facts that count on that date."""
    scope = Scope(question, SUMS, dated=dated, kinds=kinds)
    keys: list[sa.ColumnElement[Any]] = [scope.column(group).label(f"g{n}") for n, group in enumerate(by)]
    keys += [scope.rows.c.kind, scope.column(Dimension.CURRENCY).label("currency")]
    sums = [_sum(scope.rows, name) for name in ("lines", "orders", *_SUMMED)]
    return sa.select(*keys, *sums).where(*scope.conditions).group_by(*keys)


def _sum(rows: sa.FromClause, name: str) -> sa.ColumnElement[Any]:
    column = rows.c[name]
    return sa.cast(sa.func.sum(column), column.type).label(name)  # of whole numbers PostgreSQL's sum is no whole number


def _integers(values: Iterable[int]) -> sa.BindParameter[Any]:
    return sa.literal(list(values), ARRAY(sa.BigInteger))
