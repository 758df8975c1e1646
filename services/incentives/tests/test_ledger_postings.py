"""Postings balance, and the chain shows what was changed."""

import hashlib
import json
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from incentives.domain.ledger import GENESIS, Account, Posting, balances, linked, moved, unbalanced

amounts = st.decimals("-1e20", "1e20", places=2)
moves = st.tuples(amounts, st.sampled_from(["CNY", "USD"]), st.sampled_from(Account), st.sampled_from(Account))


@given(st.lists(moves, max_size=20))
def test_whatever_is_moved_the_ledger_balances_at_every_position(made: list[tuple[Decimal, str, Account, Account]]) -> None:
    posted: list[Posting] = []
    for amount, currency, source, to in made:
        posted += moved(amount, currency, source=source, to=to)
        assert unbalanced(posted) == {}


def test_what_is_earned_is_owed_and_a_cost() -> None:
    earned = moved(Decimal(100), "CNY", source=Account.ACCRUED, to=Account.EXPENSE)
    back = moved(Decimal(30), "CNY", source=Account.CLAWED_BACK, to=Account.ACCRUED)
    assert balances([*earned, *back]) == {
        (Account.EXPENSE, "CNY"): Decimal(100),
        (Account.CLAWED_BACK, "CNY"): Decimal(-30),
        (Account.ACCRUED, "CNY"): Decimal(-70),
    }
    assert moved(Decimal(0), "CNY", source=Account.ACCRUED, to=Account.EXPENSE) == ()


def test_one_side_alone_does_not_balance() -> None:
    one = Posting(Account.PAID, "CNY", Decimal(1))
    assert unbalanced([one]) == {"CNY": Decimal(1)}
    assert unbalanced([one, Posting(Account.PAYABLE, "USD", Decimal(-1))]) == {"CNY": Decimal(1), "USD": Decimal(-1)}


def test_a_hash_is_of_all_that_an_entry_says_but_itself() -> None:
    said = {"number": 1, "previous": GENESIS, "amount": "10.00", "payee_id": "p-1"}
    assert linked(said) == linked({"hash": "x", **dict(reversed(said.items()))})
    assert len({linked(said), *(linked(said | one) for one in ({"number": 2}, {"previous": "1" * 64}, {"amount": "10.01"}))}) == 4
    # Worked out by sha256sum: the rule is one that others can follow.
    assert linked({"b": "é", "a": 1}) == "09ad9fd2fb648cb2f62141215828ea00a62c299db05d20aa9ade2f527a301cc6"


@given(
    st.dictionaries(
        st.text("abc_", min_size=1, max_size=5),
        st.text(st.characters(exclude_categories=["Cs"])) | st.integers() | st.lists(st.none() | st.booleans()),
        max_size=5,
    )
)
def test_the_bytes_that_are_hashed_are_those_of_the_standard_library(said: dict[str, Any]) -> None:
    plain = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert linked(said) == hashlib.sha256(plain.encode()).hexdigest()
