"""What the first of several readers finds out about a record, for the others: at the tip all views of a service get the same ones."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

Found = TypeVar("Found")

_MOST, _MOST_BYTES = 1_000, 4_000_000
"""Records whose findings are kept, and they with them: as many as a round brings while orders come, or a file of them. A record may have a
megabyte, so their values are bounded, too (test_few_records_are_remembered_and_few_bytes)."""


class Once(Generic[Found]):
    """Finds out about a record what ``find`` does, once while it is remembered. Records are told apart as objects: two that look alike may
    have come twice, and each is looked at."""

    def __init__(self, find: Callable[[Any], Found]) -> None:
        self._find = find
        self._known: dict[int, tuple[Any, Found]] = {}
        self._bytes = 0

    def __call__(self, record: Any) -> Found:
        known = self._known.get(id(record))
        if known is not None and known[0] is record:  # held here, so no other object has its id
            return known[1]
        found = self._find(record)
        size = len(record.value or b"")
        if len(self._known) >= _MOST or self._bytes + size > _MOST_BYTES:
            self._known.clear()
            self._bytes = 0
        self._known[id(record)] = record, found
        self._bytes += size
        return found
