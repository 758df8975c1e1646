"""Who asks is who the token says; and a partner asks only for what is its own."""

from typing import Any, TypeVar

from channel_events import Rejected
from channel_service import Principal, only_for_itself
from msgspec.structs import replace

from incentives.application.statements import partner_of

C = TypeVar("C", bound=Any)


def by_caller(caller: Principal, command: C) -> C:
    found: C = replace(command, by=caller.subject)
    return found


def by_payee(caller: Principal, command: C) -> C:
    """Of a command about a statement: a partner may give it for its own."""
    if caller.scope is not None:
        partner_id = partner_of(command.statement_id)
        if partner_id is None:
            raise Rejected("statement_unknown", statement_id=command.statement_id)
        only_for_itself(caller, partner_id)
    return by_caller(caller, command)
