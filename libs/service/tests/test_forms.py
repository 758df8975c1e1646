"""A document is read as a struct, and one that is none is told every fault of it: by the same limits, whichever way it is read."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from channel_service.commands import Form, Unfit
from channel_service.commands.lenient import MOST_UNKNOWN, model_of
from channel_service.problems.validation import path_of, words_of
from channel_terms import Amount, Code, Currency, HappenedOn, Label, Money, Name, Quantity, Wrong
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, Meta, Struct, UnsetType
from pydantic import ValidationError


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Line(Struct, frozen=True, forbid_unknown_fields=True):
    sku: Code
    units: Quantity
    price: Money = Decimal(0)
    note: Label | None = None


class Everything(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that a field can be."""

    name: Name
    lines: Annotated[tuple[Line, ...], Meta(min_length=1, max_length=3)]
    colour: Colour = Colour.RED
    size: Literal["s", "m"] = "s"
    sum: Amount | None = None
    currency: Currency | None = None
    parent: Annotated[Code | UnsetType | None, Meta(description="Whose it is.")] = UNSET
    where: Code | UnsetType = UNSET
    loud: bool = False
    on: HappenedOn = None
    until: date | None = None

    def __post_init__(self) -> None:
        if self.name == "nobody":
            raise Wrong("must be somebody", "不应为空")


FORM = Form(Everything)
GOOD: dict[str, Any] = {"name": "a", "lines": [{"sku": "x", "units": 1}]}

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 2),
    st.just(10**9 + 1),
    st.floats(allow_nan=False, allow_infinity=False, width=16),
    st.sampled_from(
        ["", " ", " a ", "a/b", "x" * 101, "x" * 501, f"a{500 * ' '}", "red", "s", "CNY", "XXX", "1.5", "-1", "1e3", "1_0", "NaN"]
    ),
    st.sampled_from(["2026-11-24", "2026-02-30", "2026-11-24T00:00:00", "0000-01-01", "-0.00", "1" * 29, "0.12345678901", "+1"]),
)
LINES = st.lists(
    st.one_of(
        SCALARS,
        st.fixed_dictionaries({}, optional=dict.fromkeys(("sku", "units", "price", "note", "odd"), SCALARS)),
        st.just({"sku": "x", "units": 1}),
    ),
    max_size=4,
)
FIELDS = [name for name in Everything.__struct_fields__ if name != "lines"] + ["odd"]


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, SCALARS) | {"lines": st.one_of(SCALARS, LINES)}), st.booleans())
def test_what_is_taken_is_the_same_for_the_fast_reading_and_the_one_for_people(document: dict[str, Any], mostly_good: bool) -> None:
    whole = GOOD | document if mostly_good else document
    try:
        model_of(Everything).model_validate(whole)
        faults = 0
    except ValidationError as error:
        faults = error.error_count()
    if faults:
        with pytest.raises(Unfit) as unfit:
            FORM.read(whole)
        assert len(unfit.value.errors) == faults
    else:
        FORM.read(whole)


def told(document: Any) -> list[tuple[str, str]]:
    with pytest.raises(Unfit) as unfit:
        FORM.read(document)
    return [(path_of(one["loc"]), words_of(one).zh) for one in unfit.value.errors]


def test_every_fault_is_told_with_its_place_in_both_languages() -> None:
    faults = told({"name": " ", "lines": [{"sku": "x", "units": 0}, {"sku": "a;b", "units": 1, "price": 1.5}], "loud": "yes", "odd": 1})
    assert [place for place, _ in faults] == ["name", "lines[0].units", "lines[1].sku", "lines[1].price", "loud", "odd"]
    assert faults[0][1] == "不应为空白"
    assert all(text for _, text in faults)


def test_a_rule_of_the_struct_as_a_whole_is_told_in_both_languages() -> None:
    assert told(GOOD | {"name": "nobody"}) == [("", "不应为空")]


def test_what_is_read_is_exact_and_trimmed() -> None:
    read = FORM.read(GOOD | {"name": " a  b ", "sum": "-1.50", "lines": [{"sku": "x", "units": 2, "price": 3, "note": " n "}]})
    assert (read.name, read.sum, read.lines) == ("a  b", Decimal("-1.50"), (Line("x", 2, Decimal(3), "n"),))


def test_null_and_left_out_are_told_apart_where_they_differ() -> None:
    assert (FORM.read(dict(GOOD)).parent, FORM.read(GOOD | {"parent": None}).parent) == (UNSET, None)
    assert told(GOOD | {"where": None}) == [("where", "应为文本")]


@pytest.mark.parametrize("document", [None, 1, "x", [], [GOOD]])
def test_what_is_no_object_is_told(document: Any) -> None:
    assert len(told(document)) == 1


def test_a_field_that_is_given_beside_the_document_is_not_the_documents_to_say() -> None:
    form = Form(Line, given=["sku"])
    assert form.read({"units": 1}, {"sku": "x"}) == Line("x", 1)
    for document in ({"units": 1, "sku": "y"}, {"units": 0}):
        with pytest.raises(Unfit):
            form.read(document, {"sku": "x"})


def test_the_description_holds_limits_examples_and_what_may_be_written() -> None:
    schema = model_of(Everything).model_json_schema()
    assert schema["additionalProperties"] is False
    assert schema["properties"]["lines"]["maxItems"] == 3
    assert schema["properties"]["parent"]["description"] == "Whose it is."
    assert {"type": "integer"} in schema["properties"]["sum"]["anyOf"][0]["anyOf"]
    assert schema["$defs"]["Line"]["properties"]["units"]["maximum"] == 10**9


def test_of_a_flood_of_names_that_there_are_not_some_are_told_and_every_other_fault() -> None:
    """Each is a fault of its own to pydantic: fifty thousand of them took 0.2 s of the event loop."""
    junk = {f"n{number}": number for number in range(10_000)}
    line = {"sku": "x", "units": 0}
    with pytest.raises(Unfit) as unfit:
        FORM.read({**junk, "name": "a", "lines": [{**line, **junk}, line], "loud": 3})
    told = [(one["type"], path_of(one["loc"])) for one in unfit.value.errors]
    assert {path for kind, path in told if kind != "extra_forbidden"} == {"lines[0].units", "lines[1].units", "loud"}
    assert sum(kind == "extra_forbidden" for kind, _ in told) == MOST_UNKNOWN
