"""The tree of territories decides codes and parents on one stream."""

from datetime import date, timedelta

import msgspec
from channel_testing import TODAY, given
from partner_registry.domain.territories import TERRITORIES, DefineTerritory, RequireTerritory

from .facts import CHINA, EAST, JAN

DEFINE_EAST = DefineTerritory(territory="CN-E", name="East China", parent="CN", on=JAN)


def changed(command: DefineTerritory, **fields: object) -> DefineTerritory:
    return msgspec.structs.replace(command, **fields)


def test_a_territory_is_defined_under_one_that_is_there() -> None:
    given(TERRITORIES, CHINA).when(DEFINE_EAST).then(EAST)


def test_a_root_needs_no_parent() -> None:
    given(TERRITORIES).when(DefineTerritory(territory="CN", name="China", parent=None, on=JAN)).then(CHINA)


def test_without_a_date_a_territory_is_defined_today() -> None:
    given(TERRITORIES, CHINA).when(changed(DEFINE_EAST, on=None)).then(msgspec.structs.replace(EAST, occurred_on=TODAY))


def test_an_unknown_parent_is_refused() -> None:
    given(TERRITORIES).when(DEFINE_EAST).then_rejected("territory_unknown", territory="CN")


def test_a_territory_cannot_contain_itself() -> None:
    given(TERRITORIES, CHINA).when(changed(DEFINE_EAST, parent="CN-E")).then_rejected("territory_cycle", territory="CN-E")


def test_the_same_definition_again_changes_nothing() -> None:
    given(TERRITORIES, CHINA, EAST).when(DEFINE_EAST).then_nothing()


def test_the_same_definition_on_another_day_changes_nothing_when_it_names_no_date() -> None:
    given(TERRITORIES, CHINA, EAST).known(today=TODAY + timedelta(days=1)).when(changed(DEFINE_EAST, on=None)).then_nothing()


def test_a_code_with_another_name_is_refused() -> None:
    given(TERRITORIES, CHINA, EAST).when(changed(DEFINE_EAST, name="Orient")).then_rejected(
        "territory_exists", territory="CN-E", name="East China", parent="CN", on=JAN
    )


def test_a_code_under_another_parent_is_refused() -> None:
    given(TERRITORIES, CHINA, EAST).when(changed(DEFINE_EAST, parent=None)).then_rejected(
        "territory_exists", territory="CN-E", name="East China", parent="CN", on=JAN
    )


def test_a_code_with_another_date_is_refused() -> None:
    given(TERRITORIES, CHINA, EAST).when(changed(DEFINE_EAST, on=date(2026, 1, 2))).then_rejected(
        "territory_exists", territory="CN-E", name="East China", parent="CN", on=JAN
    )


def test_a_territory_cannot_be_defined_for_a_day_to_come() -> None:
    tomorrow = TODAY + timedelta(days=1)
    given(TERRITORIES, CHINA).when(changed(DEFINE_EAST, on=tomorrow)).then_rejected("date_in_future", on=tomorrow)


def test_a_named_territory_must_be_there() -> None:
    given(TERRITORIES, CHINA).when(RequireTerritory("CN")).then_nothing()
    given(TERRITORIES, CHINA).when(RequireTerritory("US")).then_rejected("territory_unknown", territory="US")
