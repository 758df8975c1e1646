"""Where a partner is, by business date."""

from datetime import date, timedelta

import msgspec
from channel_testing import TODAY, given
from partner_registry.domain.partner import PARTNER, MovePartner, PartnerMoved, PartnerMoveWithdrawn, Placement, Status, WithdrawMove
from partner_registry.domain.partner.state import valid_on

from .facts import ACTIVATED, APPLIED, APPROVED, APR, FEB, JAN, MAR, MOVED, SUSPENDED

MOVE = MovePartner(partner_id="p1", territory="CN-E", on=MAR)


def moved(*, to: tuple[str, str | None], of: tuple[str, str | None], on: date) -> PartnerMoved:
    return PartnerMoved(partner_id="p1", territory=to[0], parent=to[1], previous_territory=of[0], previous_parent=of[1], occurred_on=on)


def test_a_partner_moves_to_another_territory_and_keeps_its_parent() -> None:
    under = msgspec.structs.replace(APPLIED, parent="p0")
    given(PARTNER, under).when(MOVE).then(moved(to=("CN-E", "p0"), of=("CN", "p0"), on=MAR))


def test_a_partner_moves_under_another_parent_and_keeps_its_territory() -> None:
    given(PARTNER, APPLIED).when(MovePartner(partner_id="p1", parent="p2", on=MAR)).then(moved(to=("CN", "p2"), of=("CN", None), on=MAR))


def test_a_null_parent_makes_a_root() -> None:
    under = msgspec.structs.replace(APPLIED, parent="p0")
    given(PARTNER, under).when(MovePartner(partner_id="p1", parent=None, on=MAR)).then(moved(to=("CN", None), of=("CN", "p0"), on=MAR))


def test_a_move_may_be_planned_for_a_day_to_come() -> None:
    later = TODAY + timedelta(days=90)
    given(PARTNER, APPLIED).when(msgspec.structs.replace(MOVE, on=later)).then(moved(to=("CN-E", None), of=("CN", None), on=later))


def test_the_same_move_again_changes_nothing() -> None:
    given(PARTNER, APPLIED, MOVED).when(MOVE).then_nothing()


def test_a_move_to_where_it_is_changes_nothing() -> None:
    given(PARTNER, APPLIED).when(MovePartner(partner_id="p1", territory="CN", parent=None)).then_nothing()


def test_a_move_dated_before_the_latest_is_refused() -> None:
    day = MAR - timedelta(days=1)
    given(PARTNER, APPLIED, MOVED).when(MovePartner(partner_id="p1", territory="US", on=day)).then_rejected(
        "date_before_last_change", on=day, last=MAR
    )


def test_a_move_dated_before_the_application_is_refused() -> None:
    day = JAN - timedelta(days=1)
    given(PARTNER, APPLIED).when(msgspec.structs.replace(MOVE, on=day)).then_rejected("date_before_last_change", on=day, last=JAN)


def test_a_move_on_the_day_of_the_latest_corrects_it() -> None:
    given(PARTNER, APPLIED, MOVED).when(MovePartner(partner_id="p1", territory="US", on=MAR)).then(
        moved(to=("US", None), of=("CN-E", None), on=MAR)
    )
    partner = PARTNER.fold([APPLIED, MOVED, moved(to=("US", None), of=("CN-E", None), on=MAR)])
    assert partner.places == (Placement("CN", None, JAN), Placement("US", None, MAR))


def test_a_planned_move_does_not_stand_in_the_way_of_a_suspension() -> None:
    partner = PARTNER.fold([APPLIED, APPROVED, ACTIVATED, moved(to=("US", None), of=("CN", None), on=date(2027, 1, 1)), SUSPENDED])
    assert partner.standings[-1].status is Status.SUSPENDED


def test_place_and_standing_are_those_of_the_asked_day() -> None:
    partner = PARTNER.fold([APPLIED, APPROVED, ACTIVATED, MOVED, SUSPENDED])
    day = timedelta(days=1)
    assert valid_on(JAN - day, partner.places) is None
    assert valid_on(JAN, partner.places) == Placement("CN", None, JAN)
    assert valid_on(MAR - day, partner.places) == Placement("CN", None, JAN)
    assert valid_on(APR, partner.places) == Placement("CN-E", None, MAR)
    statuses = [standing.status for on in (JAN, FEB, MAR) if (standing := valid_on(on, partner.standings))]
    assert statuses == [Status.APPLIED, Status.ACTIVE, Status.SUSPENDED]


AHEAD = TODAY + timedelta(days=90)
PLANNED = moved(to=("CN-E", "p2"), of=("CN", None), on=AHEAD)
WITHDRAWN = PartnerMoveWithdrawn(partner_id="p1", territory="CN", parent=None, occurred_on=AHEAD)


def withdraw(on: date = AHEAD) -> WithdrawMove:
    return WithdrawMove(partner_id="p1", on=on)


def test_a_move_that_lies_ahead_can_be_withdrawn_and_earlier_ones_can_follow() -> None:
    given(PARTNER, APPLIED, PLANNED).when(withdraw()).then(WITHDRAWN)
    after = given(PARTNER, APPLIED, PLANNED, WITHDRAWN)
    after.when(msgspec.structs.replace(MOVE, on=TODAY)).then(moved(to=("CN-E", None), of=("CN", None), on=TODAY))
    after.when(withdraw()).then_rejected("move_not_planned", partner_id="p1", on=AHEAD)


def test_only_the_last_move_and_only_before_its_day_is_withdrawn() -> None:
    later = moved(to=("CN", None), of=("CN-E", "p2"), on=AHEAD + timedelta(days=1))
    given(PARTNER, APPLIED, PLANNED, later).when(withdraw()).then_rejected("move_not_planned")
    given(PARTNER, APPLIED, MOVED).when(withdraw(MAR)).then_rejected("move_not_planned")
    given(PARTNER, APPLIED).when(withdraw(JAN)).then_rejected("move_not_planned")
    given(PARTNER, APPLIED, PLANNED).known(today=AHEAD).when(withdraw()).then_rejected("move_not_planned")
    # Told again elsewhere, when its day has passed.
    given(PARTNER, APPLIED, PLANNED).known(today=AHEAD, imported=True).when(withdraw()).then(WITHDRAWN)
