"""Ids that look alike: they differ for machines only, so one of them is probably a mistake. Warned of, never refused: both may be meant.

Only ids that are not their own look are noted, under their look: of two that look alike at most one is, and whether that is there its own
stream tells. So an id like ``PEN-01`` costs no event (docs/decisions/0034).
"""

from collections.abc import Iterable, Iterator
from datetime import date

from channel_events.pure import Decider, Known, command, event
from channel_terms import Words
from msgspec import Struct


class _Noted(Struct, frozen=True, kw_only=True, gc=False):
    kind: str
    within: str
    look: str
    id: str


@event("id_noted")
class IdNoted(_Noted, frozen=True, kw_only=True, gc=False):
    """The thing of this ``kind`` is called so; ``within`` what it need only be one of, like the source of a number; empty for others."""


@event("look_alike_found")
class LookAlikeFound(_Noted, frozen=True, kw_only=True, gc=False):
    """The same, and others look so, too: ``others`` are their ids."""

    others: tuple[str, ...]
    occurred_on: date


def warning(id_: str, others: Iterable[str]) -> Words:
    """What to look at, for people."""
    shown = ", ".join(others)
    return Words(
        f"{id_} looks like {shown} and is another one; if one of them is a mistake, use only the other from now on.",
        f"{id_} 与 {shown} 看起来相同，但并非同一个；若其中之一有误，今后请只使用另一个。",
    )


@command("note_id", stream="look_alike/{kind}/{within}/{look}")
class NoteId(_Noted, frozen=True, kw_only=True, gc=False):
    """``plain``: whether the id that is the look itself is there."""

    plain: bool


Noted = tuple[str, ...]
"""The ids noted so far, oldest first."""


def decide(command: NoteId, noted: Noted, known: Known) -> Iterator[IdNoted | LookAlikeFound]:
    if command.id in noted:
        return
    said = {"kind": command.kind, "within": command.within, "look": command.look, "id": command.id}
    plain = (command.look,) if command.plain and command.look not in (*noted, command.id) else ()
    if others := (*plain, *noted):
        yield LookAlikeFound(**said, others=others, occurred_on=known.today)
    else:
        yield IdNoted(**said)


def evolve(noted: Noted, event: IdNoted | LookAlikeFound) -> Noted:
    return (*noted, event.id)


LOOK_ALIKE: Decider[NoteId, Noted, IdNoted | LookAlikeFound] = Decider(
    "look_alike", initial=(), decide=decide, evolve=evolve, events=[IdNoted, LookAlikeFound]
)
