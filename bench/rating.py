"""A plan of ten rules, five of them with conditions, over a year of order lines: worked out twice, in two orders, on one core, to the
same bytes.

    python bench/rating.py [--lines 1000000] [--payees 700]
"""

import argparse
import hashlib
import resource
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from time import process_time

from channel_terms import Reader
from incentives.domain.calculation import Calculation, encoded_one
from incentives.domain.facts import Facts, Line, Moment, Quota
from incentives.domain.plan.document import PlanDocument
from incentives.domain.rule_types import RULE_TYPES
from incentives.domain.words import Payee
from results import record

RULES = ("flat", "stepped", "slab", "rolling", "total", "per_line", "growth", "increment", "bonus", "attainment")
WINDOWS = ("year", "quarter", "month")
FIRST = date(2026, 1, 1)
BUDGET = 30


def plan() -> PlanDocument:
    example = {"says": "nothing", "lines": [{"on": "2026-01-01", "net": "0"}], "pays": "0"}
    rules = [
        {
            "rule_id": name,
            "pays": {name: RULE_TYPES[name].example},
            "base": "net",
            "moment": "shipped",
            "window": WINDOWS[at % 3],
            "when": "category == 'Bikes' && channel_type in ['store', 'dealer']" if at % 2 else "",
            "examples": [example],
        }
        for at, name in enumerate(RULES)
    ]
    about = {
        "title": "Bench",
        "payee": "partner",
        "currency": "CNY",
        "valid_from": "2026-01-01",
        "rounding": "half_up",
        "exclusive": "best",
    }
    return Reader(PlanDocument).read({**about, "rules": rules})


def sold(count: int, payees: Sequence[str]) -> list[Line]:
    random = Random(1)
    days = [FIRST + timedelta(at) for at in range(365)]
    made = []
    for at in range(count):
        net = Decimal(random.randrange(100, 900_000)) / 100
        order = f"o{at // 4:07}"
        made.append(
            Line(
                fact_id=f"{order}/{at % 4}",
                event_id=order,
                order_id=order,
                line_id=str(at % 4),
                moment=Moment.SHIPPED,
                on=random.choice(days),
                partner_id=random.choice(payees),
                currency="CNY",
                units=random.randrange(1, 20),
                gross=net,
                net=net,
                category=random.choice(("Bikes", "Parts", "Wear")),
                channel_type=random.choice(("store", "dealer", "web")),
            )
        )
    return made


def worked_out(lines: Sequence[Line], quotas: tuple[Quota, ...]) -> tuple[float, int, str]:
    """CPU seconds to the last byte, how many entries, and what their bytes come to."""
    start = process_time()
    calculation = Calculation("bench", 1, plan())
    calculation.add(Facts(lines=lines, quotas=quotas))
    entries = calculation.entries()
    digest = hashlib.sha256()
    for one in entries:
        digest.update(encoded_one(one))
    return process_time() - start, len(entries), digest.hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--payees", type=int, default=700)
    asked = parser.parse_args()
    payees = [f"p-{at:05}" for at in range(asked.payees)]
    last = FIRST + timedelta(364)
    quotas = tuple(
        Quota(payee=Payee.PARTNER, payee_id=one, measure="sales", first=FIRST, last=last, amount=Decimal(100_000)) for one in payees
    )
    lines = sold(asked.lines, payees)
    seconds, entries, first = worked_out(lines, quotas)
    Random(2).shuffle(lines)
    again, _, second = worked_out(lines, quotas)
    if first != second:
        raise SystemExit("the same facts in another order came to other bytes")
    slower = max(seconds, again)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    record(
        f"plan of {len(RULES)} rules over {asked.lines:,} lines",
        f"{slower:.1f} s of CPU, {slower / asked.lines * 1e6:.1f} us a line",
        f"budget {BUDGET} s",
        f"{slower / BUDGET:.2f}x",
        f"{entries:,} entries, in two orders to the same bytes; {memory:,.0f} MiB",
    )


if __name__ == "__main__":
    main()
