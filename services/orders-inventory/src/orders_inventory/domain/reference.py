"""Names that senders give to their documents: a document of one name is taken once, whichever door it comes through."""

from collections.abc import Iterator

from channel_events.pure import Decider, Known, Rejected, command, event
from msgspec import Struct


@event("reference_taken")
class ReferenceTaken(Struct, frozen=True, kw_only=True):
    """The document ``reference`` of this ``kind`` was taken; ``facts`` are what it said."""

    kind: str
    reference: str
    facts: str


@command("take_reference", stream="reference/{kind}/{reference}")
class TakeReference(Struct, frozen=True, kw_only=True):
    """Nothing when it was taken with the same facts; ``reference_used`` with others."""

    kind: str
    reference: str
    facts: str


def decide(command: TakeReference, facts: str | None, _: Known) -> Iterator[ReferenceTaken]:
    if facts is None:
        yield ReferenceTaken(kind=command.kind, reference=command.reference, facts=command.facts)
    elif facts != command.facts:
        raise Rejected("reference_used", reference=command.reference)


REFERENCE: Decider[TakeReference, str | None, ReferenceTaken] = Decider(
    "reference", initial=None, decide=decide, evolve=lambda _, taken: taken.facts, events=[ReferenceTaken]
)
