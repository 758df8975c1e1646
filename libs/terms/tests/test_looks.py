"""Ids that people take for each other have one look; others do not."""

import unicodedata

import pytest
from channel_terms import look
from hypothesis import example, given
from hypothesis import strategies as st

ALIKE = {
    "case": "pen-01",
    "full width": "ＰＥＮ－０１",
    "a Cyrillic letter": "PЕN-01",
    "Greek capitals": "ΡΕΝ-01",
    "a sign without width": "PEN\u200b-01",
    "a mark of direction": "\u200ePEN-01",
    "a soft hyphen": "PEN\u00ad-01",
    "another dash": "PEN–01",
    "a selector of a variation": "PEN\ufe0f-01",
}


@pytest.mark.parametrize("alike", ALIKE.values(), ids=ALIKE)
def test_what_people_do_not_tell_apart_has_one_look(alike: str) -> None:
    assert alike != "PEN-01"
    assert look(alike) == look("PEN-01") == "PEN-01"


def test_a_normal_form_is_not_seen() -> None:
    assert look(unicodedata.normalize("NFD", "CAFÉ")) == look("café") == look("ＣＡＦÉ") != look("CAFE")


@pytest.mark.parametrize(
    ("one", "other"), [("P0", "PO"), ("A1", "AI"), ("PEN-01", "PEN01"), ("PEN 01", "PEN-01"), ("e", "é"), ("钢笔", "铅笔")]
)
def test_what_people_tell_apart_has_another_look(one: str, other: str) -> None:
    assert look(one) != look(other)


@example("Ϊ\u0301")
@given(st.text(max_size=20))
def test_a_look_is_its_own_look(text: str) -> None:
    assert look(look(text)) == look(text)


@given(st.text(max_size=20))
def test_case_width_and_normal_form_never_matter(text: str) -> None:
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert look(unicodedata.normalize(form, text)) == look(text)
