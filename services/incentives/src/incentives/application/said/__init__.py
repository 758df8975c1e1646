"""The service's history as the commands that say it, by sub-domain: played into an empty service they give the same lists.

Plans are not among them: whoever brings a plan elsewhere has it approved there, by somebody else. Nor is what follows from others or from
time: what is earned, expires, is carried over, or redeemed by orders.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from channel_events import Recorded
from channel_events.pure import say
from msgspec import Struct, convert
from msgspec.structs import asdict

Says: TypeAlias = Mapping[type[Any], type[Any] | Callable[[Any], Struct | None]]
"""By event, the command that says the same, or what makes it of the event: None where nobody asked for it."""


def said_by(says: Says) -> Callable[[Recorded], Struct | None]:
    """The command that says the same as an event; None where there is none."""

    def said(event: Recorded) -> Struct | None:
        how = says.get(type(event.data))
        if how is None:
            return None
        return say(how, event.data) if isinstance(how, type) else how(event.data)

    return said


def with_terms(command: type[Struct]) -> Callable[[Any], Struct]:
    """Of an event that keeps in ``terms`` what the command says beside its names."""

    def said(event: Any) -> Struct:
        flat = {name: getattr(event, name) for name in event.__struct_fields__ if name != "terms"} | asdict(event.terms)
        return convert(flat | {"on": flat.pop("occurred_on")}, command, from_attributes=True)

    return said
