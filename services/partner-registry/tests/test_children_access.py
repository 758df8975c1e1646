"""Whether a partner sees what is of its children, by business date."""

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from channel_testing import TODAY, feed, given
from partner_registry.domain.partner import (
    PARTNER,
    ChildrenAccess,
    ChildrenAccessGranted,
    ChildrenAccessRevoked,
    GrantChildrenAccess,
    RevokeChildrenAccess,
)
from partner_registry.views.partner_directory import PARTNER_DIRECTORY

from .facts import APPLIED, APR, FEB, JAN, MAR

GRANT = GrantChildrenAccess(partner_id="p1", agreement="A-1", on=FEB)
REVOKE = RevokeChildrenAccess(partner_id="p1", on=APR)
GRANTED = ChildrenAccessGranted(partner_id="p1", agreement="A-1", occurred_on=FEB)
REVOKED = ChildrenAccessRevoked(partner_id="p1", agreement="A-1", occurred_on=APR)
DAY = timedelta(days=1)
LATER = TODAY + timedelta(days=90)


def granted(agreement: str, on: date) -> ChildrenAccessGranted:
    return ChildrenAccessGranted(partner_id="p1", agreement=agreement, occurred_on=on)


def revoked(agreement: str, on: date) -> ChildrenAccessRevoked:
    return ChildrenAccessRevoked(partner_id="p1", agreement=agreement, occurred_on=on)


def test_an_agreement_grants_it() -> None:
    given(PARTNER, APPLIED).when(GRANT).then(GRANTED)


def test_without_a_date_it_is_granted_and_revoked_today() -> None:
    given(PARTNER, APPLIED).when(msgspec.structs.replace(GRANT, on=None)).then(granted("A-1", TODAY))
    given(PARTNER, APPLIED, GRANTED).when(msgspec.structs.replace(REVOKE, on=None)).then(revoked("A-1", TODAY))


@pytest.mark.parametrize("command", [GRANT, REVOKE], ids=lambda one: type(one).__name__)
def test_a_partner_that_never_applied_is_unknown(command: object) -> None:
    given(PARTNER).when(command).then_rejected("partner_unknown", partner_id="p1")


@pytest.mark.parametrize("command", [GRANT, REVOKE], ids=lambda one: type(one).__name__)
def test_nothing_is_dated_before_the_application(command: msgspec.Struct) -> None:
    before = msgspec.structs.replace(command, on=JAN - DAY)
    given(PARTNER, APPLIED).when(before).then_rejected("date_before_last_change", on=JAN - DAY, last=JAN)


def test_granting_again_by_the_same_agreement_changes_nothing_on_any_later_day() -> None:
    given(PARTNER, APPLIED, GRANTED).when(GRANT).then_nothing()
    given(PARTNER, APPLIED, GRANTED).when(msgspec.structs.replace(GRANT, on=None)).then_nothing()


def test_another_agreement_takes_over_from_its_day() -> None:
    other = msgspec.structs.replace(GRANT, agreement="A-2", on=MAR)
    given(PARTNER, APPLIED, GRANTED).when(other).then(granted("A-2", MAR))
    partner = PARTNER.fold([APPLIED, GRANTED, granted("A-2", MAR)])
    assert [partner.agreement_on(day) for day in (JAN, FEB, MAR - DAY, MAR)] == [None, "A-1", "A-1", "A-2"]


def test_a_grant_dated_before_the_last_change_is_refused() -> None:
    early = msgspec.structs.replace(GRANT, agreement="A-2", on=MAR)
    given(PARTNER, APPLIED, GRANTED, REVOKED).when(early).then_rejected("date_before_last_change", on=MAR, last=APR)


def test_it_is_revoked_and_can_be_granted_anew() -> None:
    given(PARTNER, APPLIED, GRANTED).when(REVOKE).then(REVOKED)
    given(PARTNER, APPLIED, GRANTED, REVOKED).when(msgspec.structs.replace(GRANT, on=None)).then(granted("A-1", TODAY))


def test_revoking_what_is_not_granted_changes_nothing() -> None:
    given(PARTNER, APPLIED).when(REVOKE).then_nothing()
    given(PARTNER, APPLIED, GRANTED, REVOKED).when(REVOKE).then_nothing()
    given(PARTNER, APPLIED, GRANTED, REVOKED).when(msgspec.structs.replace(REVOKE, on=None)).then_nothing()


def test_both_may_be_planned_for_a_day_to_come() -> None:
    given(PARTNER, APPLIED).when(msgspec.structs.replace(GRANT, on=LATER)).then(granted("A-1", LATER))
    given(PARTNER, APPLIED, GRANTED).when(msgspec.structs.replace(REVOKE, on=LATER)).then(revoked("A-1", LATER))
    partner = PARTNER.fold([APPLIED, GRANTED, revoked("A-1", LATER)])
    assert [partner.agreement_on(day) for day in (LATER - DAY, LATER)] == ["A-1", None]


def test_what_is_planned_never_keeps_a_revocation_from_today() -> None:
    today = msgspec.structs.replace(REVOKE, on=None)
    given(PARTNER, APPLIED, GRANTED, revoked("A-1", LATER)).when(today).then(revoked("A-1", TODAY))
    given(PARTNER, APPLIED, granted("A-2", LATER)).when(today).then(revoked("A-2", TODAY))
    partner = PARTNER.fold([APPLIED, GRANTED, granted("A-2", LATER), revoked("A-1", TODAY)])
    assert partner.accesses == (ChildrenAccess("A-1", FEB), ChildrenAccess(None, TODAY))


@pytest.mark.parametrize(
    "events",
    [
        [GRANTED, REVOKED],
        [GRANTED, granted("A-2", LATER), revoked("A-1", TODAY)],
        [GRANTED, revoked("A-1", LATER), revoked("A-1", MAR), granted("A-3", APR)],
        [granted("A-1", LATER), revoked("A-1", FEB), granted("A-2", FEB)],
        [GRANTED, granted("A-2", LATER), granted("A-1", LATER)],
    ],
)
def test_the_view_knows_of_each_day_what_the_record_knows(events: list[Any]) -> None:
    rows = feed(PARTNER_DIRECTORY, APPLIED, *events).rows("children_access")
    partner = PARTNER.fold([APPLIED, *events])
    for day in (JAN, FEB, MAR, APR, TODAY, LATER):
        in_force = [row for row in rows if row["since"] <= day]
        last = max(in_force, key=lambda row: row["version"])["agreement"] if in_force else None
        assert last == partner.agreement_on(day), day
