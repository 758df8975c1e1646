"""What services said no to, in groups that tell a loss from what is there already."""

from collections.abc import Iterator, Mapping

from qudao_local.demo.datasets.report import CHANGED
from qudao_local.demo.play.imports import RefusedRow
from qudao_local.demo.scenario import Scenario

ALTERED = frozenset({"import_conflict", "order_exists", "credit_exists", "reference_used", "partner_exists", "territory_exists"})
"""What is there already and said something else then."""
REFUSED = "refused by the services"


class Refusals(dict[str, list[str]]):
    """The lines of each group that has any, each with its place in the export."""

    def add(self, words: str, problem: str) -> None:
        self.setdefault(CHANGED if problem in ALTERED else REFUSED, []).append(words)

    @property
    def losses(self) -> int:
        """How many are no repeats of what is there already in another form: that is listed, and no failure of this load."""
        return len(self.get(REFUSED, []))

    def take(self, scenario: Scenario, refused: Mapping[int, RefusedRow]) -> Iterator[tuple[str, str]]:
        """Adds refused documents by their place in the stream, from 1; each in words and with its problem."""
        places = scenario.places() if scenario.places else iter(())
        at = {row: place for row, place in enumerate(places, 1) if row in refused}
        for row, why in sorted(refused.items()):
            words = f"{at[row]}: {why}" if row in at else str(why)
            self.add(words, why.problem)
            yield words, why.problem
