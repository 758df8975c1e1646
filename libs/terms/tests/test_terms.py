"""The words of the trade: what may be written, and what is made of it."""

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from channel_events.pure import Known, Rejected
from channel_terms import (
    CURRENCIES,
    MINOR_DIGITS,
    Amount,
    Code,
    Currency,
    Money,
    Name,
    Quantity,
    Reader,
    Wrong,
    Zone,
    happened_on,
    parse_document,
    planned_on,
    rounded,
)
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

TODAY = Known(date(2026, 11, 24))


class Line(Struct, frozen=True, forbid_unknown_fields=True):
    price: Money | None = None
    quantity: Quantity | None = None


class Written(Struct, frozen=True, forbid_unknown_fields=True):
    name: Name | None = None
    code: Code | None = None
    amount: Amount | None = None
    currency: Currency | None = None
    zone: Zone | None = None
    lines: tuple[Line, ...] = ()


READER = Reader(Written)
READ: list[tuple[dict[str, Any], Written]] = [
    ({"name": "  Jade "}, Written(name="Jade")),
    ({"code": "SKU 7.5"}, Written(code="SKU 7.5")),
    ({"amount": "-1.50"}, Written(amount=Decimal("-1.50"))),
    ({"amount": 12}, Written(amount=Decimal(12))),
    ({"amount": None}, Written()),
    ({"currency": "JPY", "zone": "Asia/Shanghai"}, Written(currency="JPY", zone="Asia/Shanghai")),
    ({"lines": [{"price": "-0.00", "quantity": 1}]}, Written(lines=(Line(Decimal("-0.00"), 1),))),
]


@pytest.mark.parametrize(("document", "read"), READ)
def test_a_document_is_read_as_what_it_says(document: dict[str, Any], read: Written) -> None:
    assert READER.read(document) == read


@pytest.mark.parametrize(
    "document",
    [
        {"name": "   "},
        {"name": " " * 600},
        {"name": ""},
        {"code": "a;b"},
        {"code": " a"},
        {"code": "a\n"},
        {"amount": 1.5},
        {"amount": True},
        {"amount": "1e3"},
        {"amount": "1_000"},
        {"amount": "1,5"},
        {"amount": "1" * 29},
        {"amount": "0.12345678901"},
        {"currency": "cny"},
        {"currency": "XTS"},
        {"zone": "Mars/Olympus"},
        {"lines": [{"price": "-0.01"}]},
        {"lines": [{"quantity": 0}]},
        {"lines": [{"quantity": "3"}]},
        {"lines": "none"},
        {"colour": "red"},
        [],
    ],
    ids=repr,
)
def test_what_is_written_wrong_is_refused(document: Any) -> None:
    with pytest.raises((Wrong, msgspec.ValidationError)):
        READER.read(document)


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": 1, "a": 2}',
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": "\\u0000"}',
        b'{"\\u0000": 1}',
        b'{"a": "\\ud800"}',
        b"{",
        b"\xff",
    ],
)
def test_what_is_no_json_that_can_be_kept_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any of them is a refusal
        parse_document(body)


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
        | st.floats(allow_nan=False, allow_infinity=False),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), inner),
    )
)
def test_any_other_document_is_read_as_it_is(document: Any) -> None:
    assert parse_document(msgspec.json.encode(document)) == document


def test_what_happened_is_of_today_unless_a_day_is_said() -> None:
    assert happened_on(None, TODAY) == date(2026, 11, 24)
    assert happened_on(date(1999, 2, 3), TODAY) == date(1999, 2, 3)


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1969, 12, 31), date(2026, 11, 27), date(9999, 12, 31)])
def test_a_day_that_only_a_slip_can_mean_is_refused(day: date) -> None:
    with pytest.raises(Rejected, match="date_implausible"):
        happened_on(day, TODAY)


def test_a_plan_may_lie_years_ahead_but_not_beyond_all_plans() -> None:
    assert planned_on(date(2040, 1, 1), TODAY) == date(2040, 1, 1)
    with pytest.raises(Rejected, match="date_implausible"):
        planned_on(date(2060, 1, 1), TODAY)


@pytest.mark.parametrize(
    ("value", "currency", "paid"),
    [("2.345", "CNY", "2.34"), ("2.355", "CNY", "2.36"), ("2.5", "JPY", "2"), ("-3.5", "JPY", "-4"), ("1.0005", "KWD", "1.000")],
)
def test_an_amount_is_rounded_half_even_to_what_can_be_paid(value: str, currency: str, paid: str) -> None:
    assert str(rounded(Decimal(value), currency)) == paid


def test_a_sum_of_any_size_and_of_a_currency_of_the_past_is_rounded() -> None:
    assert rounded(Decimal("9" * 40 + ".995"), "CNY") == Decimal("1" + "0" * 40)
    assert "HRK" not in CURRENCIES
    assert str(rounded(Decimal("1.005"), "HRK")) == "1.00"


def test_every_currency_has_its_digits() -> None:
    assert {MINOR_DIGITS[one] for one in CURRENCIES} == {0, 2, 3}
