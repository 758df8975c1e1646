"""What is said to people: in both languages, always."""

from collections.abc import Mapping
from typing import NamedTuple


class Words(NamedTuple):
    en: str
    zh: str

    def of(self, facts: Mapping[str, object]) -> "Words":
        """With the facts that it names in braces."""
        return Words(self.en.format_map(facts), self.zh.format_map(facts))
