"""The facts and KPIs there are: every module of the rooms ``facts`` and ``kpis`` defines the one it is named for."""

from collections.abc import Mapping, Sequence

from channel_events import Rejected, View

from metrics.domain.facts import Dimension, Facts
from metrics.domain.kpi import Kpi
from metrics.domain.question import Question
from metrics.views.fact_tables import tables_of
from metrics.views.scope import JOINED, TREES


class Catalogue:
    """All that can be asked. ``dimensions`` are those of any facts; ``ValueError`` where two mean different things by one name.

    ``counting`` are the views of facts, ``joined`` those that every answer is made from besides.
    """

    def __init__(self, facts: Mapping[str, Facts], kpis: Mapping[str, Kpi], joined: Sequence[View]) -> None:
        self.facts, self.kpis, self._joined = list(facts.values()), kpis, joined
        self.counting = [tables_of(one).view for one in self.facts]
        self.views = [*self.counting, *joined]
        self.dimensions: dict[str, Dimension] = {}
        for one in (one for facts in self.facts for one in facts.dimensions):
            if self.dimensions.setdefault(one.name, one) != one:
                raise ValueError(f"{one.name} is a dimension with two meanings")
            if (one.tree and one.name not in TREES) or (one.through and one.name not in JOINED):
                raise ValueError(f"{one.name}: no view knows its tree, or what it is of")

    def kpi(self, name: str) -> Kpi:
        """The KPI of this name, or `Rejected`."""
        if name not in self.kpis:
            raise Rejected("kpi_unknown", kpi=name, known=", ".join(sorted(self.kpis)))
        return self.kpis[name]

    def behind(self, kpi: Kpi) -> list[View]:
        """The views that its answers are made from, whatever is asked."""
        return [*(tables_of(one).view for one in kpi.facts), *self._joined]

    def counted_by(self, kpi: Kpi, question: Question) -> list[View]:
        """Those of them that decide which facts this question counts, and in which group."""
        asked = [TREES[name] for name in question.trees] + [JOINED[name][0] for name in question.dimensions & JOINED.keys()]
        return [*(tables_of(one).view for one in kpi.facts), *(view for view in self._joined if set(asked) & set(view.tables))]
