"""All partners, to list and to search; places by business date, so that a move planned ahead shows on its day. With
history: the list can be had as it was known at any time."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from channel_events import DATE, INTEGER, OWN_LOG, SEARCH, TEXT, Change, Delete, Recorded, Set, Table, View, search_index, searchable

from partner_registry.domain.partner import (
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
from partner_registry.domain.partner.state import standing_after

PARTNERS = Table(
    "partner_directory",
    key=("partner_id",),
    columns={
        "partner_id": TEXT,
        "name": TEXT,
        "channel_type": TEXT,
        "segment": TEXT,
        "applied_on": DATE,
        "status": TEXT,
        "status_since": DATE,
        "status_reason": TEXT,
        "sort_name": TEXT,
        **SEARCH,
    },
    scope="partner_id",
    indexes=[("sort_name", "partner_id"), ("channel_type", "sort_name", "partner_id"), ("status", "sort_name", "partner_id")],
)
PLACES = Table(
    "partner_place",
    key=("partner_id", "since"),
    columns={"partner_id": TEXT, "since": DATE, "territory": TEXT, "parent": TEXT},
    scope="partner_id",
    indexes=[("territory", "partner_id"), ("parent", "partner_id")],
)
ACCESSES = Table(
    "children_access",
    key=("partner_id", "version"),
    columns={"partner_id": TEXT, "version": INTEGER, "since": DATE, "agreement": TEXT},
    scope="partner_id",
)
"""Of what is in force on a day the last word holds: a revocation takes back what was planned for later days."""


def changes(event: Recorded) -> Iterator[Change]:
    match event.data:
        case PartnerApplied() as e:
            standing, search = standing_after(e), searchable(e.name, e.partner_id)
            yield PARTNERS.put(
                e,
                applied_on=e.occurred_on,
                status=standing.status.value,
                status_since=standing.since,
                sort_name=search["search_text"].partition("\n")[0],
                **search,
            )
            yield PLACES.put(e, since=e.occurred_on)
        case PartnerMoved() as e:
            yield PLACES.put(e, since=e.occurred_on)
        case PartnerDescribed() as e:
            search = searchable(e.name, e.partner_id)
            yield Set((e.partner_id,), name=e.name, segment=e.segment, sort_name=search["search_text"].partition("\n")[0], **search)
        case PartnerMoveWithdrawn() as e:
            yield Delete((e.partner_id, e.occurred_on), table=PLACES.name)
        case ChildrenAccessGranted() as e:
            yield ACCESSES.put(e, version=event.version, since=e.occurred_on)
        case ChildrenAccessRevoked() as e:
            yield ACCESSES.put(e, version=event.version, since=e.occurred_on, agreement=None)
        case PartnerApproved() | PartnerActivated() | PartnerSuspended() | PartnerReinstated() as e:
            standing = standing_after(e)
            yield Set((e.partner_id,), status=standing.status.value, status_since=standing.since, status_reason=standing.reason)


PARTNER_DIRECTORY = View("partner_directory", version=4, of=OWN_LOG, tables=[PARTNERS, PLACES, ACCESSES], changes=changes, history=True)

_partner, _place = PARTNERS.sql.c, PLACES.sql.c
search_index(PARTNERS)


def listed(today: date, territory: str | None = None, parent: str | None = None, known_at: datetime | None = None) -> sa.Select[Any]:
    """The partners, each with its place as of ``today``: in this territory and under this parent, when they are given; as they were
    known at ``known_at``, or as they are known now."""
    in_, under = _now(_place.territory, today, known_at), _now(_place.parent, today, known_at)
    query = sa.select(PARTNERS.sql, in_.label("territory"), under.label("parent")).where(PARTNERS.known_at(known_at))
    for column, now, value in ((_place.territory, in_, territory), (_place.parent, under, parent)):
        if value is not None:
            query = query.where(_ever(column, value, known_at), now == value)
    return query


def _now(column: sa.Column[Any], today: date, known_at: datetime | None) -> sa.ScalarSelect[Any]:
    # A value of its own and no joined row: PostgreSQL then looks it up for the rows of the page, not for all that match.
    mine = sa.select(column).where(_place.partner_id == _partner.partner_id, _place.since <= today, PLACES.known_at(known_at))
    return mine.order_by(_place.since.desc()).limit(1).scalar_subquery()


def _ever(column: sa.Column[Any], value: str, known_at: datetime | None) -> sa.ColumnElement[bool]:
    """Whether a partner was ever there, or will be: found by index, to be followed by whether it is there now."""
    return _partner.partner_id.in_(sa.select(_place.partner_id).where(column == value, PLACES.known_at(known_at)))


def children_seen(parent: str, today: date) -> sa.Select[Any]:
    """The partners directly under ``parent`` today, if it is granted today to see what is of them."""
    access = ACCESSES.sql.c
    granted = sa.select(access.agreement).where(access.partner_id == parent, access.since <= today, ACCESSES.known_at(None))
    under = _now(_place.parent, today, None)
    return sa.select(_partner.partner_id).where(
        granted.order_by(access.version.desc()).limit(1).scalar_subquery().is_not(None),
        PARTNERS.known_at(None),
        _ever(_place.parent, parent, None),
        under == parent,
    )
