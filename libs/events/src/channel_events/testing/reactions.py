"""``on(CLAW_BACK, event) == [On(...)]``: the commands that a reaction makes of an event."""

from typing import Any

from channel_events.pure import On, Recorded
from channel_events.reaction import Reaction
from channel_events.testing.failing import must
from channel_events.testing.recorded import recorded


def on(reaction: Reaction, event: Any, *, found: Any = None) -> list[On]:
    """The commands of ``event`` (an event object, or a `recorded` one); ``found`` is what the reaction's look found.

    It is asked twice: ``AssertionError`` when the answers differ, for then a repeat would act otherwise. A refusal is
    raised as `Rejected`.
    """
    registry = reaction.source.registry
    whole = event if isinstance(event, Recorded) else recorded(event, position=1)
    must(registry is None or whole.type in registry.types, f"reaction {reaction.name} does not look at {whole.type}: name it in its source")
    first, again = reaction.targets(whole, found), reaction.targets(whole, found)
    must(first == again, f"reaction {reaction.name} is not pure: {again!r}, not {first!r}")
    return list(first)
