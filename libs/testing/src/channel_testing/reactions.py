"""``on(CLAW_BACK, event) == [On(...)]``: the commands that a reaction makes of an event."""

from collections.abc import Mapping
from typing import Any

from channel_events.pure import Ask, On, Recorded, UseCase
from channel_events.reaction import Reaction

from channel_testing.events import recorded
from channel_testing.failing import must


def on(reaction: Reaction, event: Any, *, answers: Mapping[On | Ask, Any] | None = None) -> list[On]:
    """The commands of ``event`` (an event object, or a `recorded` one); ``answers`` are given to what it asks, and to commands whose
    events it waits for; to others that they came to nothing.

    It is asked twice: ``AssertionError`` when the commands differ, for then a repeat would act otherwise. A refusal is
    raised as `Rejected`.
    """
    registry = reaction.source.registry
    whole = event if isinstance(event, Recorded) else recorded(event, position=1)
    looked_at = registry is None or not registry.types or whole.type in registry.types  # of a topic taken whole none is named
    must(looked_at, f"reaction {reaction.name} does not look at {whole.type}: name it in its source")
    first, again = (targets(reaction.commands(whole), answers or {}) for _ in range(2))
    must(first == again, f"reaction {reaction.name} is not pure: {again!r}, not {first!r}")
    return first


def targets(use: UseCase, answers: Mapping[On | Ask, Any]) -> list[On]:
    """The commands that a use case yields, given these answers; to what is not among them, that it came to nothing."""
    steps: Any = iter(use)
    found: list[On] = []
    answer = None
    while True:
        try:
            step = steps.send(answer) if hasattr(steps, "send") else next(steps)
        except StopIteration:
            return found
        asked = step if isinstance(step, list) else [step]
        found += [one for one in asked if isinstance(one, On)]
        told = [answers.get(one, ()) for one in asked]
        answer = told if isinstance(step, list) else told[0]
