"""Search finds every part of a text, in any script."""

import pytest
from channel_events.search import grams, needed, normal
from hypothesis import given
from hypothesis import strategies as st

# Letters that fold to several, half and full width, CJK, marks that combine, blanks of many kinds.
TEXTS = st.text(st.sampled_from("abzABZ09 -.ßİŉﬁ华东商贸ＡＢｱ\u0301\u3000\u00a0\t") | st.characters(exclude_categories=["Cs"]), max_size=30)


@given(TEXTS, st.data())
def test_no_part_of_a_text_is_missed_by_its_grams(text: str, data: st.DataObject) -> None:
    whole = normal(text)
    start = data.draw(st.integers(0, len(whole)))
    query = normal(whole[start : data.draw(st.integers(start, len(whole)))])
    if query in whole:
        assert set(needed(query)) <= set(grams(whole).split(" "))


@pytest.mark.parametrize(
    ("query", "text"),
    [("JADE", "Jade Trading"), ("ｊａｄｅ", "Jade"), ("strasse", "Straße"), ("de  tra", "jade\u3000trading"), ("商", "华东商贸")],
)
def test_case_width_and_blanks_make_no_difference(query: str, text: str) -> None:
    assert normal(query) in normal(text)


def test_grams_are_the_characters_and_pairs_inside_words() -> None:
    assert grams("ab ac") == "a ab ac b c"
    assert needed("ab a") == ["ab", "a"]
    assert needed("") == []
