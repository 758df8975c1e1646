"""Each rule type by worked examples: the numbers are worked out by hand from its definition, beside each."""

from decimal import Decimal
from typing import Any

import pytest
from incentives.domain.facts import Moment
from incentives.domain.rule_types import RULE_TYPES

from .plans import entries, line, paid, plan, quota, rule, ruling

TIERS = [
    {"start": "0", "until": "10000", "rate": "0.01"},
    {"start": "10000", "until": "20000", "rate": "0.02"},
    {"start": "20000", "rate": "0.03"},
]


def tiered(boundary: str = "start", **more: Any) -> dict[str, Any]:
    return {"boundary": boundary, "tiers": TIERS, **more}


# One input, 25,000 in lines of 15,000 and 10,000, and what each kind of "tiered" makes of it.
SAME = [
    ("stepped", tiered(), "450.00"),  # 10,000 at 1 % + 10,000 at 2 % + 5,000 at 3 % = 100 + 200 + 150
    ("slab", tiered(), "750.00"),  # 25,000 at 3 %
    ("rolling", tiered(), "1250.00"),  # 10,000 at 1 % + 20,000 at 2 % + 25,000 at 3 % = 100 + 400 + 750
    ("total", tiered(), "1500.00"),  # 25,000 at 1 %, at 2 % and at 3 %
    ("per_line", tiered(), "500.00"),  # 15,000 at 2 % + 10,000 at 2 %: both are in the second by themselves
    (
        "interpolated",  # half way from 400 at 20,000 to 1,000 at 30,000
        {
            "below": "nothing",
            "points": [{"at": "10000", "amount": "100"}, {"at": "20000", "amount": "400"}, {"at": "30000", "amount": "1000"}],
        },
        "700.00",
    ),
]


@pytest.mark.parametrize(("name", "parameters", "pays"), SAME, ids=[name for name, _, _ in SAME])
def test_tiered_is_six_different_rules(name: str, parameters: dict[str, Any], pays: str) -> None:
    made = plan(rule({name: parameters}))
    assert paid(entries(made, line(1, 15000), line(2, 10000))) == Decimal(pays)
    assert len({pays for _, _, pays in SAME}) == 6


# Exactly on a boundary, 10,000.
@pytest.mark.parametrize(
    ("name", "boundary", "pays"),
    [
        ("slab", "start", "200.00"),  # [10,000, 20,000): 2 % of all
        ("slab", "until", "100.00"),  # (0, 10,000]: 1 % of all
        ("total", "start", "300.00"),  # both tiers are reached: 1 % + 2 %
        ("total", "until", "100.00"),
        ("rolling", "start", "300.00"),  # 10,000 at 1 % + 10,000 at 2 %
        ("rolling", "until", "100.00"),
        ("per_line", "start", "200.00"),
        ("per_line", "until", "100.00"),
        ("stepped", "start", "100.00"),  # nothing lies beyond the boundary, on whichever side it is
        ("stepped", "until", "100.00"),
    ],
)
def test_the_side_of_a_boundary_is_said_by_the_rule(name: str, boundary: str, pays: str) -> None:
    assert paid(entries(plan(rule({name: tiered(boundary)})), line(1, 10000))) == Decimal(pays)


# 8,000 had been accumulated before, 4,000 come.
@pytest.mark.parametrize(
    ("name", "pays"),
    [
        ("stepped", "60.00"),  # 2,000 at 1 %, 2,000 at 2 %
        ("slab", "80.00"),  # 12,000 is in the second: 2 % of 4,000
        ("rolling", "260.00"),  # 10,000 at 1 % + 12,000 at 2 % = 340, without 8,000 at 1 % = 80
        ("total", "120.00"),  # 1 % and 2 % of 4,000
    ],
)
def test_what_was_accumulated_before_moves_the_place_in_the_tiers_and_is_not_paid(name: str, pays: str) -> None:
    assert paid(entries(plan(rule({name: tiered(initial="8000")})), line(1, 4000))) == Decimal(pays)


GROWTH = {"baseline": "year_before", "least": "0.1", "boundary": "start", "newcomers": "nothing", "rate": "0.1"}
LAST_YEAR, THIS_YEAR = line(1, 1000, "2025-03-01"), "2026-03-01"


@pytest.mark.parametrize(
    ("more", "sold", "pays"),
    [
        ({"paid_on": "increment"}, 1200, "20.00"),  # 10 % of the 200 more
        ({"paid_on": "total"}, 1200, "120.00"),  # 10 % of all 1,200
        ({"paid_on": "increment"}, 1100, "10.00"),  # exactly 10 % more
        ({"paid_on": "increment", "boundary": "until"}, 1100, "0.00"),  # more than 10 % is asked for
        ({"paid_on": "increment"}, 1099, "0.00"),
        ({"paid_on": "increment", "price_increase": "0.05"}, 1200, "15.00"),  # 1,200 over 1,050 is 14 % more: 10 % of 150
    ],
)
def test_growth_is_paid_over_the_same_window_a_year_earlier(more: dict[str, Any], sold: int, pays: str) -> None:
    made = plan(rule({"growth": GROWTH | more}, window="quarter"))
    assert paid(entries(made, LAST_YEAR, line(2, sold, THIS_YEAR))) == Decimal(pays)


@pytest.mark.parametrize(("newcomers", "pays"), [("nothing", "0.00"), ("everything", "120.00")])
def test_what_grows_from_nothing_is_said_by_the_rule(newcomers: str, pays: str) -> None:
    made = plan(rule({"growth": GROWTH | {"paid_on": "increment", "newcomers": newcomers}}, window="quarter"))
    assert paid(entries(made, line(2, 1200, THIS_YEAR))) == Decimal(pays)


def test_growth_over_the_window_before() -> None:
    made = plan(rule({"growth": GROWTH | {"paid_on": "increment", "baseline": "window_before"}}, window="quarter"))
    assert paid(entries(made, line(1, 1000, "2025-11-11"), line(2, 1500, "2026-02-02"))) == Decimal("50.00")  # 10 % of 500


SHARES = [{"start": "0", "until": "0.9", "rate": "0.01"}, {"start": "0.9", "until": "1", "rate": "0.02"}, {"start": "1", "rate": "0.04"}]
QUOTA = {"measure": "sales", "boundary": "start", "prorated": False, "tiers": SHARES}


@pytest.mark.parametrize(
    ("more", "sold", "pays"),
    [
        ({"on": "slices"}, 12000, "190.00"),  # 9,000 at 1 %, 1,000 at 2 %, the 2,000 beyond at 4 %: 90 + 20 + 80
        ({"on": "whole"}, 12000, "480.00"),  # 120 % is in the last: 4 % of all
        ({"on": "slices", "hurdle": "0.5"}, 4999, "0.00"),
        ({"on": "slices", "hurdle": "0.5"}, 5000, "50.00"),
    ],
)
def test_attainment_of_a_quota(more: dict[str, Any], sold: int, pays: str) -> None:
    made = plan(rule({"attainment": QUOTA | more}, window="quarter"))
    assert paid(entries(made, line(1, sold), quotas=[quota(10000, "2026-01-01", "2026-03-31")])) == Decimal(pays)


def test_a_longer_quota_counts_by_its_days_where_the_rule_says_so() -> None:
    year = [quota(36500, "2026-01-01", "2026-12-31")]
    sold = line(1, 9000)
    made = plan(rule({"attainment": QUOTA | {"on": "whole", "prorated": True}}, window="quarter"))
    assert paid(entries(made, sold, quotas=year)) == Decimal("360.00")  # 90 of 365 days: 9,000, all of it reached, 4 %
    made = plan(rule({"attainment": QUOTA | {"on": "whole"}}, window="quarter"))
    assert paid(entries(made, sold, quotas=year)) == 0


BONUS = {"boundary": "start", "targets": [{"at": "1000", "amount": "50"}, {"at": "2000", "amount": "150"}]}
OTHERS: list[tuple[str, dict[str, Any], dict[str, Any], list[str], str]] = [
    ("flat", {"rate": "0.05"}, {}, ["200", "-50"], "7.50"),  # 5 % of 150
    ("flat", {"rate": "3"}, {"base": "units"}, ["200", "700"], "6.00"),  # two units at 3.00
    ("increment", {"step": "1000", "amount": "50"}, {}, ["1500", "1499"], "100.00"),  # 2,999 are two full thousands
    ("bonus", BONUS | {"adding": False}, {}, ["1200", "800"], "150.00"),  # exactly 2,000: the higher one alone
    ("bonus", BONUS | {"adding": True}, {}, ["1200", "800"], "200.00"),  # both
    ("bonus", BONUS | {"adding": False, "boundary": "until"}, {}, ["1200", "800"], "50.00"),  # 2,000 is not beyond 2,000
    ("bonus", BONUS | {"adding": True}, {}, ["999"], "0.00"),
    ("interpolated", {"below": "nothing", "points": [{"at": "100", "amount": "10"}]}, {}, ["99"], "0.00"),
    ("interpolated", {"below": "pro_rata", "points": [{"at": "100", "amount": "10"}]}, {}, ["50"], "5.00"),
    ("interpolated", {"below": "nothing", "points": [{"at": "100", "amount": "10"}]}, {}, ["5000"], "10.00"),  # no more than the last
    (
        "interpolated",  # half way from 10 to 30: the points beyond say nothing yet
        {"below": "nothing", "points": [{"at": "100", "amount": "10"}, {"at": "200", "amount": "30"}, {"at": "300", "amount": "90"}]},
        {},
        ["150"],
        "20.00",
    ),
    ("interpolated", {"below": "pro_rata", "points": [{"at": "100", "amount": "10"}]}, {}, ["-50"], "0.00"),
    ("interpolated", {"below": "pro_rata", "points": [{"at": "3", "amount": "1"}]}, {}, ["1"], "0.33"),  # a third
]


@pytest.mark.parametrize(("name", "parameters", "more", "lines", "pays"), OTHERS)
def test_other_rules(name: str, parameters: dict[str, Any], more: dict[str, Any], lines: list[str], pays: str) -> None:
    found = entries(plan(rule({name: parameters}, **more)), *(line(at, net) for at, net in enumerate(lines)))
    assert paid(found) == Decimal(pays)


def test_a_bonus_at_a_share_of_the_quota() -> None:
    made = plan(rule({"bonus": {"boundary": "start", "adding": False, "of_quota": "sales", "targets": [{"at": "1", "amount": "500"}]}}))
    year = [quota(10000, "2026-01-01", "2026-12-31")]
    assert paid(entries(made, line(1, 9999), quotas=year)) == 0
    assert paid(entries(made, line(1, 10000), quotas=year)) == 500
    assert paid(entries(made, line(1, 10000))) == 0  # no quota, nothing to reach


DEAL = {"amount": "100", "least": "1000", "first": "2026-06-01", "last": "2026-06-30"}


def test_a_bonus_for_each_deal_of_a_campaign() -> None:
    sold = [
        line(1, 600, "2026-06-01", order_id="a"),
        line(2, 400, "2026-06-01", order_id="a", line_id="2"),  # together 1,000: the first deal
        line(3, 999, "2026-06-02"),  # too small
        line(4, 1500, "2026-07-01"),  # too late
        line(5, 1500, "2026-06-30"),  # the second
        line(6, 1500, "2026-06-20"),
        line(7, -600, "2026-06-20", order_id="o006"),  # 900 are left of it
    ]
    assert paid(entries(plan(rule({"per_deal": DEAL})), *sold)) == 200
    assert paid(entries(plan(rule({"per_deal": DEAL | {"most": 1}})), *sold)) == 100


def test_a_rebate_by_how_soon_was_paid() -> None:
    cycles = [{"days": 15, "factor": "1"}, {"days": 30, "factor": "0.8"}, {"days": 45, "factor": "0.5"}]
    made = plan(rule({"payment_cycle": {"rate": "0.02", "cycles": cycles}}, moment="paid"))
    soon, later, late, never = (line(at, 1000, days=days, moment=Moment.PAID) for at, days in enumerate([15, 16, 45, 46]))
    found = entries(made, soon, later, late, never, line(9, 5000))  # what is only shipped is not paid
    assert paid(found) == Decimal("46.00")  # 20 + 16 + 10 + 0


SIZES = [("100000", "200000"), ("200000", "500000")]


def component(name: str, per: str, of: str, gate: str, rates: tuple[str, str]) -> dict[str, Any]:
    """Of contracts of 100 to 200 and of 200 to 500 thousand; smaller and larger ones get nothing."""
    tiers = [
        {"start": "0", "until": "100000", "rate": "0"},
        *({"start": start, "until": until, "rate": rate} for (start, until), rate in zip(SIZES, rates, strict=True)),
        {"start": "500000", "rate": "0"},
    ]
    return {"name": name, "per": per, "of": of, "gate": gate, "boundary": "start", "tiers": tiers}


PACKAGE = {
    "target": "sales",
    "contract": "contract",
    "components": [
        component("quarterly", "quarter", "all", "0.9", ("0", "0.02")),
        component("yearly", "year", "all", "1", ("0.01", "0.01")),
        component("beyond", "year", "over_target", "1", ("0.01", "0.02")),
    ],
}


@pytest.mark.parametrize(
    ("contract", "pays"),
    [
        (150_000, "1700.00"),  # 0 a quarter; 1 % of 160,000 in the year; 1 % of the 10,000 beyond the target
        (300_000, "3665.00"),  # 2 % of the quarters that reached 33,750, 90 %: of 93,250; 1 % of 160,000; 2 % of 10,000
    ],
)
def test_a_package_of_quarter_year_and_beyond_each_with_its_gate(contract: int, pays: str) -> None:
    quarters = [("01-01", "03-31"), ("04-01", "06-30"), ("07-01", "09-30"), ("10-01", "12-31")]
    quotas = [quota(37_500, f"2026-{a}", f"2026-{b}") for a, b in quarters]
    quotas.append(quota(contract, "2026-01-01", "2026-12-31", "contract"))
    sold = [line(1, 33_749, "2026-02-01"), line(2, 33_750, "2026-05-01"), line(3, 33_001, "2026-08-01"), line(4, 59_500, "2026-11-01")]
    found = entries(plan(rule({"package": PACKAGE})), *sold, quotas=quotas)
    assert paid(found) == Decimal(pays)


def test_a_sanction_takes_a_share_of_what_other_rules_pay_by_ruling() -> None:
    volume, extra = rule({"flat": {"rate": "0.05"}}, rule_id="volume"), rule({"flat": {"rate": "0.01"}}, rule_id="extra")
    punish = rule({"sanction": {"of": ["volume"], "causes": ["cross_region"], "takes": "0.5"}}, base="earned")
    made = plan(volume, extra, punish)

    def ruled(*causes: str, on: str = "2026-05-01") -> Decimal:
        rulings = [ruling(cause, line(1, 0, on).on.isoformat(), str(at)) for at, cause in enumerate(causes)]
        return paid(entries(made, line(1, 1000), rulings=rulings))

    assert ruled() == Decimal("60.00")
    assert ruled("cross_region") == Decimal("35.00")  # half of the 50 goes, the 10 of the other rule stay
    assert ruled("cross_region", "cross_region", "cross_region") == Decimal("10.00")  # no more than all of it
    assert ruled("low_price") == Decimal("60.00")  # another cause
    assert ruled("cross_region", on="2027-05-01") == Decimal("60.00")  # another year


ELSEWHERE = {"override", "level_difference", "guarantee"}
"""In test_crediting.py and test_guarantee.py."""


def test_each_is_paid_at_the_rate_that_was_agreed_with_it() -> None:
    made = plan(rule({"agreed": {"rates": [{"payee_id": "p-2", "rate": "0.05"}], "others": "0.03"}}))
    found = entries(made, line(1, 1000), line(2, 1000, partner_id="p-2"))
    assert [(one.payee_id, str(one.amount)) for one in found] == [("p-1", "30.00"), ("p-2", "50.00")]


def test_every_rule_type_has_an_example_here() -> None:
    tried = {name for name, *_ in SAME} | {name for name, *_ in OTHERS}
    assert set(RULE_TYPES) == tried | {"growth", "attainment", "per_deal", "payment_cycle", "package", "sanction"} | ELSEWHERE | {"agreed"}
