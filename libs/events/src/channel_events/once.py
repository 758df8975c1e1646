"""What the first of several readers finds out about a record, for the others: at the tip all views of a service get the same ones."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

Found = TypeVar("Found")

_MOST = 1_000
"""Records whose findings are kept, and they with them: as many as a round brings while orders come, or a file of them."""


class Once(Generic[Found]):
    """Finds out about a record what ``find`` does, once while it is remembered. Records are told apart as objects: two that look alike may
    have come twice, and each is looked at."""

    def __init__(self, find: Callable[[Any], Found]) -> None:
        self._find = find
        self._known: dict[int, tuple[Any, Found]] = {}

    def __call__(self, record: Any) -> Found:
        known = self._known.get(id(record))
        if known is not None and known[0] is record:  # held here, so no other object has its id
            return known[1]
        found = self._find(record)
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[id(record)] = record, found
        return found
