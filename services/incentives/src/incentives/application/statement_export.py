"""A statement as a file that explains itself: every entry of the payee's ledger, from the first to the statement's own."""

from collections.abc import AsyncGenerator

import msgspec
from channel_events import Log, Rejected

from incentives.domain.ledger.decide import LEDGER, ledger_key
from incentives.domain.ledger.events import LedgerEntry, StatementIssued
from incentives.domain.ledger.statements import owner_of

FORMAT = "qudao-statement/1"
BATCH = 200
"""Events read at a time: some of them say 500 lines."""


async def require_statement(log: Log, statement_id: str) -> None:
    """``statement_unknown`` where there is none."""
    owner, _ = owner_of(statement_id)
    if statement_id not in (await log.state(LEDGER, ledger_key(owner))).statements:
        raise Rejected("statement_unknown", statement_id=statement_id)


async def statement_lines(log: Log, statement_id: str) -> AsyncGenerator[bytes]:
    """JSON lines: what it is, and then the entries as the log has them, in parts."""
    owner, period = owner_of(statement_id)
    head = {"format": FORMAT, "statement_id": statement_id, "payee": owner.payee, "payee_id": owner.payee_id, "period": period}
    yield msgspec.json.encode(head) + b"\n"
    version = 0
    while events := await log.stream(LEDGER, ledger_key(owner), after_version=version, limit=BATCH):
        version = events[-1].version
        part = []
        for event in events:
            if isinstance(event.data, LedgerEntry):
                part.append(msgspec.json.encode({"what": event.type, "event_id": event.id, "entry": event.data}))
            if isinstance(event.data, StatementIssued) and event.data.statement_id == statement_id:
                yield b"\n".join(part) + b"\n"
                return
        if part:
            yield b"\n".join(part) + b"\n"
