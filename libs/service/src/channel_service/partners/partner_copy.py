"""A service's own copy of the partners: who they are, where from which day on, and who sees what is of its children."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple, TypeAlias, TypeVar, get_args

import sqlalchemy as sa
from channel_events import (
    BOOLEAN,
    DATE,
    INTEGER,
    SEARCH,
    TEXT,
    Change,
    Copy,
    Delete,
    Need,
    Put,
    Recorded,
    Set,
    Table,
    Topic,
    View,
    search_index,
    searchable,
)
from msgspec import Struct

from channel_service.partners.events import (
    DESCRIPTIONS,
    EVENTS,
    STEPS,
    ChildrenAccessGranted,
    ChildrenAccessRevoked,
    PartnerActivated,
    PartnerApplied,
    PartnerApproved,
    PartnerDescribed,
    PartnerMoved,
    PartnerMoveWithdrawn,
    PartnerReinstated,
    PartnerSuspended,
)
from channel_service.partners.known import known_partners
from channel_service.partners.places import children_seen, place_on

K = TypeVar("K", bound=Struct)
Column: TypeAlias = Literal["name", "channel_type", "segment", "status", "applied_on"]


class Also(NamedTuple):
    """What else of partner-registry's events a copy folds, into tables beside its own."""

    events: Sequence[type[Struct]]
    tables: Sequence[Table]
    changes: Callable[[Recorded], Iterator[Change]]


class PartnerCopy(View):
    """The view that keeps of each partner its id and these ``columns``, and knows where it is on which day.

    With ``search`` partners are found by any part of name or id. With ``recorded`` a place keeps the day on which it was told,
    too, and stays when a later word about the same day replaces it: for questions about what was known when.

    Its tables are ``partner``, ``place`` (from ``valid_from`` on, also ahead) and ``access`` (who may see its children, word by
    word). ``children_seen`` is for `Service.also_sees`.
    """

    def __init__(
        self, name: str, *, version: int, columns: Iterable[Column], search: bool = False, recorded: bool = False, also: Also | None = None
    ) -> None:
        self.kept = tuple(columns)
        self.searched = search
        self._recorded = recorded
        self._also = also
        if strange := set(self.kept) - set(get_args(Column)):
            raise ValueError(f"{name}: no copy of partners has {', '.join(sorted(strange))}")
        kinds: dict[str, Any] = {name: DATE if name == "applied_on" else TEXT for name in self.kept}
        self.partner = Table(
            "partner_copy",
            key=("partner_id",),
            columns={"partner_id": TEXT, **kinds, **(SEARCH if search else {})},
            scope="partner_id",
        )
        told = {"recorded_on": DATE} if recorded else {}
        self.place = Table(
            "partner_place",
            key=("partner_id", "valid_from", *told),
            columns={"partner_id": TEXT, "valid_from": DATE, **told, "territory": TEXT, "parent": TEXT},
            scope="partner_id",
            indexes=[("parent",)],
        )
        self.access = Table(
            "children_access",
            key=("partner_id", "version"),
            columns={"partner_id": TEXT, "version": INTEGER, "since": DATE, "granted": BOOLEAN},
            scope="partner_id",
        )
        super().__init__(
            name,
            version=version,
            of=Topic("partner-registry", events=(*EVENTS, *self._of_columns(), *(also.events if also else ()))),
            tables=[self.partner, self.place, self.access, *(also.tables if also else ())],
            changes=self._changes,
        )
        if search:
            search_index(self.partner)
        self.children_seen = children_seen(self.access, self.place)

    def on(self, day: date) -> sa.Select[Any]:
        """The partners with the territory and parent they have on ``day``."""
        place = place_on(self.place, self.partner.sql.c.partner_id, day, "territory", "parent").lateral()
        return sa.select(self.partner.sql, place).join(place, sa.true())

    def tells(self, need: Need[K], of: type[K]) -> Copy[K]:
        """What deciders need to know of a partner, for `Service.copies`: see `known_partners`."""
        return known_partners(need, of, self.partner, self.place)

    def _changes(self, event: Recorded) -> Iterator[Change]:
        match event.data:
            case PartnerApplied() as e:
                yield Put((e.partner_id,), **self._row(e))
                yield self._placed(event, e)
            case PartnerMoved() as e:
                yield self._placed(event, e)
            case PartnerMoveWithdrawn() as e:
                yield self._withdrawn(event, e)
            case PartnerDescribed() as e:
                yield from self._described(e)
            case PartnerApproved() as e:
                yield Set((e.partner_id,), status="approved")
            case PartnerActivated() | PartnerReinstated() as e:
                yield Set((e.partner_id,), status="active")
            case PartnerSuspended() as e:
                yield Set((e.partner_id,), status="suspended")
            case ChildrenAccessGranted() | ChildrenAccessRevoked() as e:
                granted = isinstance(e, ChildrenAccessGranted)
                yield Put((e.partner_id, event.version), table=self.access.name, since=e.occurred_on, granted=granted)
        if self._also is not None:
            yield from self._also.changes(event)

    def _row(self, e: PartnerApplied) -> dict[str, Any]:
        told = {"name": e.name, "channel_type": e.channel_type, "segment": e.segment, "status": "applied", "applied_on": e.occurred_on}
        return {**{name: told[name] for name in self.kept}, **(searchable(e.name, e.partner_id) if self.searched else {})}

    def _of_columns(self) -> Iterator[type[Struct]]:
        """The events that are read for what is kept."""
        if "status" in self.kept:
            yield from STEPS
        if self.searched or not {"name", "segment"}.isdisjoint(self.kept):
            yield from DESCRIPTIONS

    def _described(self, e: PartnerDescribed) -> Iterator[Set]:
        told: dict[str, Any] = {"name": e.name, "segment": e.segment}
        row: dict[str, Any] = {name: told[name] for name in told if name in self.kept}
        if row := {**row, **(searchable(e.name, e.partner_id) if self.searched else {})}:
            yield Set((e.partner_id,), **row)

    def _placed(self, event: Recorded, e: PartnerApplied | PartnerMoved) -> Put:
        return Put(self._told(event, e), table=self.place.name, territory=e.territory, parent=e.parent)

    def _withdrawn(self, event: Recorded, e: PartnerMoveWithdrawn) -> Change:
        """The place goes; where it is kept when each word was told, one of no territory says that those before it do not hold."""
        key = self._told(event, e)
        return Put(key, table=self.place.name) if self._recorded else Delete(key, table=self.place.name)

    def _told(self, event: Recorded, e: PartnerApplied | PartnerMoved | PartnerMoveWithdrawn) -> tuple[Any, ...]:
        return (e.partner_id, e.occurred_on, *((event.recorded_on,) if self._recorded else ()))
