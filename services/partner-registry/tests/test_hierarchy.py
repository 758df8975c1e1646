"""The hierarchy of partners is a forest at every instant, whatever is moved when."""

from datetime import date, timedelta

from channel_events.pure import Known, Rejected
from channel_testing import TODAY, given
from hypothesis import given as sampled
from hypothesis import strategies as st
from partner_registry.domain.hierarchy import HIERARCHY, HierarchyCommand, JoinHierarchy, Links, PartnerLinked, Relink
from partner_registry.domain.partner.state import valid_on

from .facts import FEB, JAN, MAR


def link(partner_id: str, parent: str | None, on: date) -> PartnerLinked:
    return PartnerLinked(partner_id=partner_id, parent=parent, occurred_on=on)


def relink(partner_id: str, parent: str | None, on: date) -> Relink:
    return Relink(partner_id=partner_id, parent=parent, on=on)


def test_a_partner_joins_under_its_parent() -> None:
    given(HIERARCHY).when(JoinHierarchy(partner_id="b", parent="a", on=JAN)).then(link("b", "a", JAN))


def test_a_partner_without_parent_leaves_no_link() -> None:
    given(HIERARCHY).when(JoinHierarchy(partner_id="a", parent=None, on=JAN)).then_nothing()
    given(HIERARCHY).when(relink("a", None, JAN)).then_nothing()


def test_an_application_repeated_after_a_move_does_not_undo_the_move() -> None:
    given(HIERARCHY, link("b", "a", JAN), link("b", "c", FEB)).when(JoinHierarchy(partner_id="b", parent="a", on=JAN)).then_nothing()


def test_a_partner_goes_under_another_parent() -> None:
    given(HIERARCHY, link("b", "a", JAN)).when(relink("b", "c", FEB)).then(link("b", "c", FEB))


def test_a_partner_becomes_a_root() -> None:
    given(HIERARCHY, link("b", "a", JAN)).when(relink("b", None, FEB)).then(link("b", None, FEB))


def test_the_same_parent_again_changes_nothing() -> None:
    given(HIERARCHY, link("b", "a", JAN)).when(relink("b", "a", FEB)).then_nothing()


def test_nobody_is_its_own_parent() -> None:
    given(HIERARCHY).when(JoinHierarchy(partner_id="a", parent="a", on=JAN)).then_rejected(
        "hierarchy_cycle", partner_id="a", parent="a", on=JAN, path=["a", "a"]
    )


def test_nobody_goes_under_its_own_descendant() -> None:
    given(HIERARCHY, link("b", "a", JAN), link("c", "b", JAN)).when(relink("a", "c", FEB)).then_rejected(
        "hierarchy_cycle", partner_id="a", parent="c", on=FEB, path=["a", "c", "b", "a"]
    )


def test_nobody_goes_under_who_will_be_its_descendant() -> None:
    given(HIERARCHY, link("b", "a", MAR)).when(relink("a", "b", FEB)).then_rejected(
        "hierarchy_cycle", partner_id="a", parent="b", on=MAR, path=["a", "b", "a"]
    )


def test_nobody_goes_under_who_is_its_descendant_for_one_more_day() -> None:
    leaves = [link("b", "a", JAN), link("b", None, MAR)]
    given(HIERARCHY, *leaves).when(relink("a", "b", MAR)).then(link("a", "b", MAR))
    day = MAR - timedelta(days=1)
    given(HIERARCHY, *leaves).when(relink("a", "b", day)).then_rejected(
        "hierarchy_cycle", partner_id="a", parent="b", on=day, path=["a", "b", "a"]
    )


def test_the_last_day_of_the_calendar_is_no_way_around() -> None:
    given(HIERARCHY, link("b", "a", date.max)).when(relink("a", "b", date.max)).then_rejected(
        "hierarchy_cycle", partner_id="a", parent="b", on=date.max, path=["a", "b", "a"]
    )


def test_a_link_on_the_day_of_the_latest_replaces_it() -> None:
    links = HIERARCHY.fold([link("b", "a", JAN), link("b", "c", JAN)])
    given(HIERARCHY, link("b", "a", JAN), link("b", "c", JAN)).when(relink("a", "b", JAN)).then(link("a", "b", JAN))
    assert len(links["b"]) == 1


PARTNERS = st.sampled_from("abcdef")
DAYS = st.integers(0, 8).map(lambda n: JAN + timedelta(days=n))
MOVES = st.lists(st.tuples(PARTNERS, st.none() | PARTNERS, DAYS), max_size=40)


def parents_on(day: date, links: Links) -> dict[str, str | None]:
    return {partner: period.parent if (period := valid_on(day, own)) else None for partner, own in links.items()}


def has_cycle(parents: dict[str, str | None]) -> bool:
    for partner in parents:
        above, seen = parents.get(partner), {partner}
        while above is not None and above not in seen:
            seen.add(above)
            above = parents.get(above)
        if above is not None:
            return True
    return False


def attempt(links: Links, partner_id: str, parent: str | None, on: date) -> tuple[Links, bool]:
    """The links after a move dated as the partner's own decider lets it through, never before its last; whether it was needlessly
    refused: done all the same, it would have made no cycle on the day that the refusal names."""
    own = links.get(partner_id)
    day = max(on, own[-1].since) if own else on
    command: HierarchyCommand = Relink(partner_id=partner_id, parent=parent, on=day)
    try:
        return HIERARCHY.fold(HIERARCHY.decide(command, links, Known(TODAY)), links), False
    except Rejected as refused:
        done = HIERARCHY.evolve(links, link(partner_id, parent, day))
        return links, not has_cycle(parents_on(refused.facts["on"], done))


@sampled(MOVES)
def test_no_sequence_of_applications_and_moves_makes_a_cycle(moves: list[tuple[str, str | None, date]]) -> None:
    links: Links = HIERARCHY.initial
    for move in moves:
        links, needlessly = attempt(links, *move)
        assert not needlessly
        for day in range(10):
            assert not has_cycle(parents_on(JAN + timedelta(days=day), links))
