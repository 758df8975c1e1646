"""What a decision knows beside the command and the state: the day, the door, and what local copies hold of others."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Generic, TypeAlias, TypeVar

T = TypeVar("T")


class Need(Generic[T]):
    """Something that local copies tell by a key, like a partner by its id: ``PARTNER = Need[OrderingPartner]("partner")``.

    Declared by the domain that asks for it; a view says how it is looked up (`channel_events.Copy`).
    """

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"Need({self.name!r})"


class Lacking(Exception):
    """What a decision asked for and nobody has looked up yet: streams, or what a `Need` tells of a key.

    Whoever decides looks it up and decides again: decisions are pure, so the first try is as if it had never been.
    """

    def __init__(self, *, streams: tuple[str, ...] = (), needs: "tuple[tuple[Need[Any], str], ...]" = ()) -> None:
        super().__init__(streams or needs)
        self.streams = streams
        self.needs = needs

    @classmethod
    def all_of(cls, several: "Sequence[Lacking]") -> "Lacking":
        """What decisions that stand together lack, to be looked up at once."""
        return cls(
            streams=tuple(dict.fromkeys(name for one in several for name in one.streams)),
            needs=tuple(dict.fromkeys(need for one in several for need in one.needs)),
        )


Found: TypeAlias = Mapping[tuple[Need[Any], str], Any]
"""What was looked up: None for a key that the copy does not have."""


class Known:
    """What `decide` is given beside the command and the state.

    ``today`` is the day in the brand's time zone at which it is decided. ``imported`` tells that it happened elsewhere before and is
    only brought in: by a file, by a platform's push.
    """

    __slots__ = ("_found", "imported", "today")

    def __init__(self, today: date, *, imported: bool = False, found: Found | None = None) -> None:
        self.today = today
        self.imported = imported
        self._found: Found = {} if found is None else found

    def of(self, need: Need[T], key: str) -> T | None:
        """What the copy tells of ``key``; None when it has not heard of it."""
        try:
            value: T | None = self._found[need, key]
        except KeyError:
            raise Lacking(needs=((need, key),)) from None
        return value
