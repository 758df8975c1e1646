"""What became of what was sent: sent = accepted + repeated + refused, always."""

from collections import Counter
from dataclasses import dataclass, field

_SHOWN = 10


@dataclass(slots=True)
class Tally:
    """``repeated`` was there already, the same; ``refused`` keeps the first few in words."""

    accepted: int = 0
    repeated: int = 0
    refused: int = 0
    by_problem: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    @property
    def sent(self) -> int:
        return self.accepted + self.repeated + self.refused

    def accept(self, *, repeated: bool) -> None:
        if repeated:
            self.repeated += 1
        else:
            self.accepted += 1

    def refuse(self, words: str, code: str) -> None:
        self.refused += 1
        self.by_problem[code] += 1
        if len(self.examples) < _SHOWN:
            self.examples.append(words)

    def add(self, other: "Tally") -> None:
        self.accepted += other.accepted
        self.repeated += other.repeated
        self.refused += other.refused
        self.by_problem += other.by_problem
        self.examples = (self.examples + other.examples)[:_SHOWN]

    def __str__(self) -> str:
        refused = f" ({', '.join(f'{code} {count:,}' for code, count in self.by_problem.most_common())})" if self.refused else ""
        return f"{self.sent:,} sent = {self.accepted:,} accepted + {self.repeated:,} there already + {self.refused:,} refused{refused}"
