"""Noting the id of a new thing, in the write that makes it: what looks like another is warned of in that write's answer."""

from collections.abc import Callable
from typing import Any

from channel_events import Ask, On, Steps
from channel_terms import look

from channel_service.look_alikes.deciding import LOOK_ALIKE, NoteId


def noted_under(kind: str, id_: str, within: str = "") -> str:
    """The key of the stream of all ids that look so."""
    return f"{kind}/{within}/{look(id_)}"


def noting(kind: str, id_: str, there: Callable[[str], Steps], within: str = "") -> Steps:
    """``there(id)`` tells whether the thing of that id is there."""
    seen = look(id_)
    if id_ == seen:
        # Of itself nothing is noted: it is found by its id. Only where others are noted it joins them.
        noted: tuple[str, ...] = (yield Ask(LOOK_ALIKE, noted_under(kind, id_, within))).state
        if not noted:
            return
        plain: Any = False
    else:
        plain = yield from there(seen)
    yield On(LOOK_ALIKE, NoteId(kind=kind, within=within, look=seen, id=id_, plain=plain))
