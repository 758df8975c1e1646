"""What may be asked of a KPI over HTTP, and the same question written as a link."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from channel_events.pure import Rejected
from channel_service import Day, invalid
from msgspec.structs import replace
from pydantic import BaseModel, ConfigDict, Field

from metrics.domain.question import Dimension, Period, Question, Tree

Key = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


def _filter(what: str) -> Any:
    return Field([], description=f"{what} Several times: any of them. Empty: those that have none.", max_length=1000)


class OrderFilters(BaseModel):
    """Which facts, by what an order has; names are those of `Dimension`."""

    # Kept, to be refused by `question` with what is allowed: a filter with a typing error must not answer for everything.
    model_config = ConfigDict(extra="allow")

    first: Day | None = Field(None, alias="from", description="First date that counts.")
    last: Day | None = Field(None, alias="to", description="Last date that counts.")
    partner: list[Key] = _filter("Partner ids.")
    channel_type: list[Key] = _filter("Channel types.")
    segment: list[Key] = _filter("Segments.")
    territory: list[Key] = _filter("Territories as stamped on the order.")
    sales_rep: list[Key] = _filter("Sales representatives.")
    source: list[Key] = _filter("Where the order came from.")
    warehouse: list[Key] = _filter("Warehouses.")
    currency: list[Key] = _filter("Currencies.")

    def question(self, groups: Iterable[str] = ()) -> Question:
        """The question asked; `Rejected` for a parameter or group that there is not, or dates in the wrong order."""
        for name in self.model_extra or ():
            allowed = sorted(info.alias or field for field, info in type(self).model_fields.items())
            raise Rejected("parameter_unknown", parameter=name, allowed=", ".join(allowed))
        if self.first and self.last and self.first > self.last:
            raise invalid("to", "must not be before from", "不应早于 from")
        given: dict[str, Any] = {name: tuple(values) for name, values in self if isinstance(values, list) and values}
        return Question(
            first=self.first,
            last=self.last,
            filters={one: given[one.value] for one in Dimension if one.value in given},
            trees={one: given[one.value] for one in Tree if one.value in given},
            groups=tuple(dict.fromkeys(group_named(name) for name in groups)),
        )


class Filters(OrderFilters):
    """Which facts; names are those of `Dimension` and `Tree`."""

    as_of: Day | None = Field(None, description="Only what had happened by the end of this business date.")
    known_at: Day | None = Field(None, description="Only what had been recorded by the end of this day.")
    partner_tree: list[Key] = _filter("Partners and all under them, on the fact's date.")
    territory_tree: list[Key] = _filter("Territories and all under them, on the fact's date.")
    product: list[Key] = _filter("SKUs.")
    product_category: list[Key] = _filter("Product categories, as they were on the fact's date.")

    def question(self, groups: Iterable[str] = ()) -> Question:
        """The question asked; `Rejected` for a parameter or group that there is not, or dates in the wrong order."""
        return replace(super().question(groups), as_of=self.as_of, known_at=self.known_at)


GROUPS: Mapping[str, Dimension | Period] = {one.value: one for one in (*Dimension, *Period)}
GroupBy = Annotated[
    list[str],
    Field(max_length=100, description=f"Any of {', '.join(GROUPS)}; with commas, or several times.", examples=[["channel_type", "month"]]),
]


def group_named(name: str) -> Dimension | Period:
    """`Rejected` where there is none of that name."""
    if name not in GROUPS:
        raise Rejected("group_unknown", group=name, allowed=", ".join(GROUPS))
    return GROUPS[name]


def names_in(group_by: Iterable[str]) -> list[str]:
    """``["a,b", "c"]`` as a, b, c."""
    return [name.strip() for names in group_by for name in names.split(",") if name.strip()]


def link(path: str, question: Question) -> str:
    """``path`` with the question as its parameters."""
    dates: Mapping[str, date | None] = {
        "from": question.first,
        "to": question.last,
        "as_of": question.as_of,
        "known_at": question.known_at,
    }
    pairs = [(name, day.isoformat()) for name, day in dates.items() if day]
    pairs += [(one.value, key) for one, keys in (*question.filters.items(), *question.trees.items()) for key in keys]
    return f"{path}?{urlencode(pairs)}" if pairs else path
