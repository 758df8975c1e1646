"""What may be done with a payee's ledger: entries are added, and nothing is ever changed."""

from collections.abc import Iterator

from channel_events.pure import Decider, Known
from channel_terms import as_part

from incentives.domain.ledger.commands import Acknowledge, Dispute, IssueStatement, LedgerCommand, PostAdjustment, PostEarnings, Release
from incentives.domain.ledger.earning import adjust, post
from incentives.domain.ledger.events import CHAINED, NOTED, LedgerEvent
from incentives.domain.ledger.paying import pay
from incentives.domain.ledger.state import Ledger, evolve
from incentives.domain.ledger.statements import answer, issue
from incentives.domain.ledger.writing import Owner


def decide(command: LedgerCommand, ledger: Ledger, known: Known) -> Iterator[LedgerEvent]:
    match command:
        case PostEarnings():
            return post(command, ledger, known)
        case PostAdjustment():
            return adjust(command, ledger, known)
        case IssueStatement():
            return issue(command, ledger)
        case Acknowledge() | Dispute() | Release():
            return answer(command, ledger, known)
        case _:
            return pay(command, ledger, known)


def ledger_key(owner: Owner) -> str:
    """Of its stream: a partner and a sales rep of one name are two."""
    return f"{owner.payee}/{as_part(owner.payee_id)}"


LEDGER: Decider[LedgerCommand, Ledger, LedgerEvent] = Decider(
    "ledger", initial=Ledger(), decide=decide, evolve=evolve, events=(*CHAINED, *NOTED), state=Ledger
)
