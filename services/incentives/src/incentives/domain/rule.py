"""A rule of a plan: what counts, when, how long, for which lines, what is paid for it, within which limits; and how it is tried."""

from datetime import date
from typing import Annotated

from channel_terms import PLANNED, Code, Label, Name
from msgspec import Meta, Struct

from incentives.domain.condition import Condition
from incentives.domain.credits import CreditTo
from incentives.domain.facts import Base, Moment
from incentives.domain.rule_types import Pays
from incentives.domain.window import Window
from incentives.domain.words import ZERO, Least, RuleId, Value


class Limits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of one payee in one window, in this order; in windows of a deal they are those of each deal."""

    most_each: Annotated[Least | None, Meta(description="No more of the base of each deal than this counts.", examples=["200000"])] = None
    most_counted: Annotated[Least | None, Meta(description="No more of the base than this counts.", examples=["1000000"])] = None
    least_paid: Annotated[Least | None, Meta(description="Less than this is not paid at all.", examples=["100.00"])] = None
    guaranteed: Annotated[Least | None, Meta(description="No less than this is paid where anything counts.", examples=["50.00"])] = None
    most_paid: Annotated[Least | None, Meta(description="No more than this is paid.", examples=["50000.00"])] = None


class ExampleLine(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line that the payee sold; of what came back its numbers are below zero, on the day of the sale."""

    on: Annotated[date, PLANNED, Meta(examples=["2026-01-15"])]
    net: Annotated[Value, Meta(description="After the discount.")]
    discount: Annotated[Value, Meta(examples=["0"])] = ZERO
    cost: Annotated[Value | None, Meta(examples=["600.00"])] = None
    units: Annotated[int, Meta(ge=-1_000_000_000, le=1_000_000_000, examples=[1])] = 1
    order: Annotated[Code, Meta(description="Lines of one order are one deal.", examples=["1"])] = "1"
    line: Annotated[Code, Meta(description="What comes back of a line has its name.", examples=["1"])] = "1"
    days: Annotated[int, Meta(ge=0, le=36_500, description="After how many days it was paid.", examples=[0])] = 0
    sku: Annotated[str, Meta(max_length=100)] = ""
    category: Annotated[str, Meta(max_length=100)] = ""
    channel_type: Annotated[str, Meta(max_length=100)] = ""
    segment: Annotated[str, Meta(max_length=100)] = ""
    territory: Annotated[str, Meta(max_length=100)] = ""
    first_purchase: bool = False


class ExampleQuota(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    measure: Annotated[Code, Meta(examples=["sales"])]
    first: Annotated[date, PLANNED, Meta(examples=["2026-01-01"])]
    last: Annotated[date, PLANNED, Meta(examples=["2026-12-31"])]
    amount: Least


class ExampleRuling(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    cause: Annotated[Code, Meta(examples=["cross_region"])]
    on: Annotated[date, PLANNED, Meta(examples=["2026-02-01"])]


class Example(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the rule has to pay for these lines of one payee, which on their days are ordered, shipped, delivered and paid."""

    says: Annotated[Name, Meta(examples=["two bikes of 1000"])]
    lines: Annotated[tuple[ExampleLine, ...], Meta(min_length=1, max_length=50)]
    pays: Annotated[Value, Meta(description="By this rule, all windows together, rounded as the plan rounds.", examples=["100.00"])]
    quotas: Annotated[tuple[ExampleQuota, ...], Meta(max_length=50)] = ()
    rulings: Annotated[tuple[ExampleRuling, ...], Meta(max_length=50)] = ()


class Rule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rules are worked out in the order in which the plan names them."""

    rule_id: RuleId
    pays: Pays
    base: Annotated[Base, Meta(description="What of a line counts; ``earned`` for rules about what others pay.", examples=["net"])]
    moment: Annotated[Moment, Meta(description="When it counts.", examples=["shipped"])]
    window: Annotated[Window, Meta(description="How long it accumulates; each begins at nothing.", examples=["year"])]
    examples: Annotated[tuple[Example, ...], Meta(min_length=1, max_length=20, description="Tried whenever the plan is simulated.")]
    when: Condition = ""
    credit: Annotated[CreditTo, Meta(description="Who is credited with what counts.", examples=["direct"])] = CreditTo.DIRECT
    less: Annotated[
        tuple[RuleId, ...],
        Meta(max_length=50, description="What these rules, named before, pay in the window does not count.", examples=[[]]),
    ] = ()
    exclusive: Annotated[
        Label | None, Meta(description="Of rules with one such word a payee is paid one in each window; the plan says which.")
    ] = None
    limits: Limits = Limits()
