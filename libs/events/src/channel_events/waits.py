"""What a refused event may be waiting for, so that it is tried again when that is there, without anybody's help."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from string import Formatter
from typing import Any, Self, TypeAlias

from channel_events.log.looking import versions
from channel_events.pure import Rejected

Key: TypeAlias = tuple[Any, ...]
Found: TypeAlias = Callable[[Any, Sequence[Key]], Awaitable[Iterable[Key]]]


class Wait:
    """Something of which ``facts`` of a refusal tell which one, like a partner or so many units of a SKU.

    ``codes`` are the refusals that it would help; one without these facts waits for nothing. The facts are given by their types,
    ``str`` or ``int``. ``await found(connection, keys)`` says which of the keys, the facts in this order, are there by now;
    ``connection`` is asyncpg's and reads what the service's views show.
    """

    def __init__(self, name: str, codes: Iterable[str], facts: Mapping[str, type], found: Found) -> None:
        self.name, self.codes, self.facts, self.found = name, frozenset(codes), dict(facts), found

    @classmethod
    def stream(cls, name: str, codes: Iterable[str], stream: str, *, past: str | None = None) -> Self:
        """For more to happen in a stream of the own log, ``"order/{order_id}"`` by the refusal's facts: anything at all, or anything
        after the version that the fact ``past`` tells."""
        named = [field for _, field, _, _ in Formatter().parse(stream) if field]
        facts: dict[str, type] = dict.fromkeys(named, str) | ({} if past is None else {past: int})

        async def found(connection: Any, keys: Sequence[Key]) -> Iterable[Key]:
            streams = {key: stream.format_map(dict(zip(facts, key, strict=True))) for key in keys}
            now = await versions(connection, streams.values())
            return [key for key, one in streams.items() if now.get(one, 0) > (0 if past is None else key[-1])]

        return cls(name, codes, facts, found)

    @classmethod
    def nothing(cls, codes: Iterable[str]) -> Self:
        """What was refused because things moved while it was decided: to look again is all it takes."""

        async def found(_connection: Any, keys: Sequence[Key]) -> Iterable[Key]:
            return keys

        return cls("nothing", codes, {}, found)

    def text(self, refusal: Rejected) -> str | None:
        """What this refusal waits for, as it is kept and shown: ``stock/sh/PEN/12``; None when it is not this."""
        if refusal.code not in self.codes or not self.facts.keys() <= refusal.facts.keys():
            return None
        return "/".join((self.name, *(_written(str(refusal.facts[fact])) for fact in self.facts)))

    def key(self, text: str) -> Key | None:
        """The facts in such a text; None when it is another one's."""
        name, *parts = text.split("/")
        if name != self.name or len(parts) != len(self.facts):
            return None
        return tuple(kind(_read(part)) for kind, part in zip(self.facts.values(), parts, strict=True))


# A part may hold the mark between parts: a SKU as its owner writes it.
def _written(part: str) -> str:
    return part.replace("%", "%25").replace("/", "%2F")


def _read(part: str) -> str:
    return part.replace("%2F", "/").replace("%25", "%")
