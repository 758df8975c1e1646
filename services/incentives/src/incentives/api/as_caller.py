"""Who asks is who the token says; and a partner asks only for what is its own."""

from typing import TypeVar

from channel_events import Rejected
from channel_service import Principal, only_for_itself
from msgspec import Struct
from msgspec.structs import replace

from incentives.application.statements import partner_of

C = TypeVar("C", bound=Struct)


def by_caller(caller: Principal, command: C) -> C:
    return replace(command, by=caller.subject)


def by_payee(caller: Principal, command: C) -> C:
    """Of a command about a statement: a partner may give it for its own."""
    if caller.scope is not None:
        statement_id: str = command.statement_id  # type: ignore[attr-defined]
        partner_id = partner_of(statement_id)
        if partner_id is None:
            raise Rejected("statement_unknown", statement_id=statement_id)
        only_for_itself(caller, partner_id)
    return by_caller(caller, command)


def by_itself(caller: Principal, command: C) -> C:
    """A partner asks in its own name, and today: a day of its choice could lie before a time that is over."""
    only_for_itself(caller, str(getattr(command, "partner_id", None) or getattr(command, "payee_id", "")))
    said = by_caller(caller, command)
    return said if caller.scope is None else replace(said, on=None)
