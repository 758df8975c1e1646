"""From application to active, suspended and back: every step and every refusal."""

from datetime import date, timedelta

import msgspec
import pytest
from channel_events.pure import Known, Rejected
from channel_testing import TODAY, given
from partner_registry.domain.partner import (
    PARTNER,
    ActivatePartner,
    ApprovePartner,
    Gates,
    MovePartner,
    Partner,
    PartnerReinstated,
    ReinstatePartner,
    RequireParent,
    SuspendPartner,
    decide,
)

from .facts import ACTIVATED, APPLIED, APPLY, APPROVED, APR, FEB, JAN, MAR, SUSPENDED

TOMORROW = TODAY + timedelta(days=1)
APPROVE = ApprovePartner(partner_id="p1", on=FEB)
ACTIVATE = ActivatePartner(partner_id="p1", on=FEB)
SUSPEND = SuspendPartner(partner_id="p1", reason="overdue", on=MAR)
REINSTATE = ReinstatePartner(partner_id="p1", on=APR)
REINSTATED = PartnerReinstated(partner_id="p1", occurred_on=APR)


def test_a_partner_applies() -> None:
    given(PARTNER).when(APPLY).then(APPLIED)


def test_without_a_date_it_applies_today() -> None:
    given(PARTNER).when(msgspec.structs.replace(APPLY, on=None)).then(msgspec.structs.replace(APPLIED, occurred_on=TODAY))


def test_the_same_application_again_changes_nothing() -> None:
    given(PARTNER, APPLIED).when(APPLY).then_nothing()


def test_the_same_application_again_changes_nothing_of_an_active_partner() -> None:
    given(PARTNER, APPLIED, APPROVED, ACTIVATED).when(APPLY).then_nothing()


def test_the_same_application_on_another_day_changes_nothing_when_it_names_no_date() -> None:
    given(PARTNER, APPLIED).known(today=TOMORROW).when(msgspec.structs.replace(APPLY, on=None)).then_nothing()


@pytest.mark.parametrize(
    "other",
    [{"name": "Jade"}, {"channel_type": "agent"}, {"segment": None}, {"territory": "US"}, {"parent": "p2"}, {"on": date(2026, 1, 2)}],
    ids=lambda other: next(iter(other)),
)
def test_an_id_that_is_taken_by_other_facts_is_refused(other: dict[str, object]) -> None:
    given(PARTNER, APPLIED).when(msgspec.structs.replace(APPLY, **other)).then_rejected("partner_exists", partner_id="p1")


def test_nobody_applies_on_a_day_to_come() -> None:
    given(PARTNER).when(msgspec.structs.replace(APPLY, on=TOMORROW)).then_rejected("date_in_future", on=TOMORROW)


@pytest.mark.parametrize(
    "command", [APPROVE, ACTIVATE, SUSPEND, REINSTATE, MovePartner(partner_id="p1", parent=None)], ids=lambda c: type(c).__name__
)
def test_a_partner_that_never_applied_is_unknown(command: object) -> None:
    given(PARTNER).when(command).then_rejected("partner_unknown", partner_id="p1")


def test_a_partner_that_never_applied_cannot_be_a_parent() -> None:
    given(PARTNER).when(RequireParent(partner_id="p1")).then_rejected("parent_unknown", parent="p1")
    given(PARTNER, APPLIED).when(RequireParent(partner_id="p1")).then_nothing()


def test_an_applicant_is_approved() -> None:
    given(PARTNER, APPLIED).when(APPROVE).then(APPROVED)


def test_approving_again_changes_nothing_whatever_came_after() -> None:
    given(PARTNER, APPLIED, APPROVED).when(APPROVE).then_nothing()
    given(PARTNER, APPLIED, APPROVED, ACTIVATED, SUSPENDED).when(APPROVE).then_nothing()


def test_an_approved_partner_is_activated() -> None:
    given(PARTNER, APPLIED, APPROVED).when(ACTIVATE).then(ACTIVATED)


def test_activating_again_changes_nothing() -> None:
    given(PARTNER, APPLIED, APPROVED, ACTIVATED).when(ACTIVATE).then_nothing()


def test_an_applicant_cannot_be_activated() -> None:
    given(PARTNER, APPLIED).when(ACTIVATE).then_rejected("partner_not_approved", partner_id="p1")


def test_a_suspended_partner_is_reinstated_not_activated() -> None:
    given(PARTNER, APPLIED, APPROVED, ACTIVATED, SUSPENDED).when(ACTIVATE).then_rejected(
        "partner_suspended", partner_id="p1", since=MAR, reason="overdue"
    )


def test_an_active_partner_is_suspended_with_a_reason() -> None:
    given(PARTNER, APPLIED, APPROVED, ACTIVATED).when(SUSPEND).then(SUSPENDED)


def test_suspending_again_for_the_same_reason_changes_nothing() -> None:
    given(PARTNER, APPLIED, APPROVED, ACTIVATED, SUSPENDED).when(SUSPEND).then_nothing()


def test_suspending_again_for_another_reason_is_refused() -> None:
    given(PARTNER, APPLIED, APPROVED, ACTIVATED, SUSPENDED).when(msgspec.structs.replace(SUSPEND, reason="fraud")).then_rejected(
        "partner_suspended", partner_id="p1", since=MAR, reason="overdue"
    )


@pytest.mark.parametrize(("events", "status"), [([APPLIED], "applied"), ([APPLIED, APPROVED], "approved")], ids=["applied", "approved"])
def test_who_is_not_active_yet_can_be_neither_suspended_nor_reinstated(events: list[object], status: str) -> None:
    given(PARTNER, *events).when(SUSPEND).then_rejected("partner_not_active", partner_id="p1", status=status)
    given(PARTNER, *events).when(REINSTATE).then_rejected("partner_not_suspended", partner_id="p1", status=status)


def test_a_suspended_partner_is_reinstated() -> None:
    given(PARTNER, APPLIED, APPROVED, ACTIVATED, SUSPENDED).when(REINSTATE).then(REINSTATED)


def test_reinstating_an_active_partner_changes_nothing() -> None:
    given(PARTNER, APPLIED, APPROVED, ACTIVATED, SUSPENDED, REINSTATED).when(REINSTATE).then_nothing()


def test_a_reinstated_partner_can_be_suspended_again() -> None:
    again = msgspec.structs.replace(SUSPENDED, occurred_on=TODAY)
    given(PARTNER, APPLIED, APPROVED, ACTIVATED, SUSPENDED, REINSTATED).when(msgspec.structs.replace(SUSPEND, on=None)).then(again)


STEPS = [
    ((APPLIED,), APPROVE, JAN),
    ((APPLIED, APPROVED), ACTIVATE, FEB),
    ((APPLIED, APPROVED, ACTIVATED), SUSPEND, FEB),
    ((APPLIED, APPROVED, ACTIVATED, SUSPENDED), REINSTATE, MAR),
]


@pytest.mark.parametrize(("events", "command", "last"), STEPS, ids=lambda value: type(value).__name__)
def test_no_step_is_dated_before_the_one_it_follows(events: tuple[object, ...], command: msgspec.Struct, last: date) -> None:
    day_before = last - timedelta(days=1)
    given(PARTNER, *events).when(msgspec.structs.replace(command, on=day_before)).then_rejected(
        "date_before_last_change", on=day_before, last=last
    )


@pytest.mark.parametrize(("events", "command", "last"), STEPS, ids=lambda value: type(value).__name__)
def test_no_step_is_dated_on_a_day_to_come(events: tuple[object, ...], command: msgspec.Struct, last: date) -> None:
    given(PARTNER, *events).when(msgspec.structs.replace(command, on=TOMORROW)).then_rejected("date_in_future", on=TOMORROW)


def unsigned(partner: Partner, command: object) -> Rejected | None:
    return Rejected("agreement_missing")


def open_gate(partner: Partner, command: object) -> Rejected | None:
    return None


def test_a_gate_stops_an_approval() -> None:
    with pytest.raises(Rejected, match="agreement_missing"):
        list(decide(APPROVE, PARTNER.fold([APPLIED]), Known(TODAY), Gates(approval=(open_gate, unsigned))))
    assert list(decide(APPROVE, PARTNER.fold([APPLIED]), Known(TODAY), Gates(approval=(open_gate,), activation=(unsigned,)))) == [APPROVED]


def test_a_gate_stops_an_activation() -> None:
    with pytest.raises(Rejected, match="agreement_missing"):
        list(decide(ACTIVATE, PARTNER.fold([APPLIED, APPROVED]), Known(TODAY), Gates(activation=(open_gate, unsigned))))
    assert list(
        decide(ACTIVATE, PARTNER.fold([APPLIED, APPROVED]), Known(TODAY), Gates(activation=(open_gate,), approval=(unsigned,)))
    ) == [ACTIVATED]


def test_a_gate_never_stops_what_is_done_already() -> None:
    assert list(decide(APPROVE, PARTNER.fold([APPLIED, APPROVED]), Known(TODAY), Gates(approval=(unsigned,)))) == []
