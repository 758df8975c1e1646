"""What may be asked of a KPI over HTTP, and the same question written as a link."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, ClassVar
from urllib.parse import urlencode

from channel_events.pure import Rejected
from channel_service import Day, invalid, unknown_parameters
from channel_terms import Calendar, Periods
from fastapi import Depends, Query
from pydantic import BaseModel, Field, create_model

from metrics.domain.facts import Dimension
from metrics.domain.kpi import Kpi
from metrics.domain.question import Question

Key = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Number = Annotated[int, Field(ge=-(2**31), lt=2**31)]
TREE = "_tree"


class Dates(BaseModel):
    """A question without its filters, which `asking` adds."""

    filters: ClassVar[Mapping[str, Dimension]] = {}
    """By the names of the parameters."""

    first: Day | None = Field(None, alias="from", description="First date that counts.")
    last: Day | None = Field(None, alias="to", description="Last date that counts.")

    def question(self, kpis: Sequence[Kpi], groups: tuple[str, ...] = ()) -> Question:
        """The question asked of all of these, by `grouping`; `Rejected` for a parameter that one of them has not, or dates in the
        wrong order."""
        known = self._common(kpis)
        given = {name: tuple(values) for name in self.filters if (values := getattr(self, name))}
        if without := [name for name in given if name not in known]:
            others = {info.alias or field for field, info in type(self).model_fields.items()} - self.filters.keys()
            raise unknown_parameters(without, others | known.keys())
        if self.first and self.last and self.first > self.last:
            raise invalid("to", "must not be before from", "不应早于 from")
        return Question(
            first=self.first,
            last=self.last,
            as_of=getattr(self, "as_of", None),
            known_at=getattr(self, "known_at", None),
            filters={name: values for name, values in given.items() if name == known[name]},
            trees={known[name]: values for name, values in given.items() if name != known[name]},
            groups=groups,
        )

    def grouping(self, kpis: Sequence[Kpi], names: Iterable[str], fiscal: Calendar) -> tuple[str, ...]:
        """Groups by their names, each once; `Rejected` where one of the KPIs cannot be grouped by it."""
        allowed: dict[str, str] = {**{name: name for name in self._common(kpis).values()}, **Periods.every(fiscal)}
        for name in names:
            if name not in allowed:
                raise Rejected("group_unknown", group=name, allowed=", ".join(allowed))
        return tuple(dict.fromkeys(allowed[name] for name in names))

    def _common(self, kpis: Sequence[Kpi]) -> dict[str, str]:
        """The filters that all of these have, each with the name of its dimension."""
        return {name: one.name for name, one in self.filters.items() if all(one.name in kpi.dimensions for kpi in kpis)}


class AnyTime(Dates):
    """With the two clocks."""

    as_of: Day | None = Field(None, description="Only what had happened by the end of this business date.")
    known_at: Day | None = Field(None, description="Only what had been recorded by the end of this day.")


def asking(model: type[Dates], dimensions: Iterable[Dimension], *, trees: bool = True) -> Any:
    """A parameter of a route that takes the query as this model, with a filter for each of these dimensions."""
    fields: dict[str, Any] = {}
    filters = {}
    for one in dimensions:
        several = "Several times: any of them." if one.type is int else "Several times: any of them. Empty: those that have none."
        for name, what in [(one.name, one.what), *([(one.name + TREE, one.tree)] if trees and one.tree else [])]:
            type_ = list.__class_getitem__(Number if one.type is int else Key)
            fields[name] = type_, Field([], description=f"{what} {several}", max_length=1000)
            filters[name] = one
    made = create_model(model.__name__, __base__=model, __doc__=model.__doc__, **fields)
    made.filters = filters

    async def read(asked: Any) -> Any:
        return asked

    read.__annotations__["asked"] = Annotated[made, Query()]
    return Depends(read)


def names_in(group_by: Iterable[str]) -> list[str]:
    """``["a,b", "c"]`` as a, b, c."""
    return [name.strip() for names in group_by for name in names.split(",") if name.strip()]


def link(path: str, question: Question) -> str:
    """``path`` with the question as its parameters."""
    dates = (("from", question.first), ("to", question.last), ("as_of", question.as_of), ("known_at", question.known_at))
    pairs: list[tuple[str, Any]] = [(name, day.isoformat()) for name, day in dates if day]
    pairs += [(name, key) for name, keys in question.filters.items() for key in keys]
    pairs += [(name + TREE, key) for name, keys in question.trees.items() for key in keys]
    return f"{path}?{urlencode(pairs)}" if pairs else path
