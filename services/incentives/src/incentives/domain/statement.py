"""What payees and finance say of a statement; it is told to the ledger that the statement is of."""

from typing import Annotated, TypeAlias

from channel_events.pure import command
from channel_terms import Currency, HappenedOn, Name
from msgspec import Meta, Struct

from incentives.domain.by import By

StatementId: TypeAlias = Annotated[str, Meta(min_length=1, max_length=200, examples=["partner~p-1001~2026-01"])]


class _OfStatement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    statement_id: StatementId
    by: By = None
    on: HappenedOn = None


@command("acknowledge_statement", stream="statement/{statement_id}")
class AcknowledgeStatement(_OfStatement, frozen=True, kw_only=True):
    """The payee accepts it. It may be paid then, and nobody objects to it any more."""


@command("propose_write_off", stream="statement/{statement_id}")
class ProposeStatementWriteOff(_OfStatement, frozen=True, kw_only=True):
    """Of all that the statement owes in the currency. Somebody else has to agree."""

    currency: Currency
    reason: Annotated[Name, Meta(examples=["less than the bank charges"])]


@command("write_off", stream="statement/{statement_id}")
class WriteOffStatement(_OfStatement, frozen=True, kw_only=True):
    """Agrees to what somebody else proposed: it is not owed any more."""
