"""Who asks is who the token says; and a partner asks only for what is its own."""

from typing import Any, TypeVar

from channel_events import Rejected
from channel_service import Principal, only_for_itself
from msgspec import Struct
from msgspec.structs import replace

from incentives.application.statements import partner_of
from incentives.domain.words import Payee

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
    only_for_itself(caller, _whose(command))
    said = by_caller(caller, command)
    return said if caller.scope is None else replace(said, on=None)


def _whose(command: Struct) -> str:
    """Of a partner's own: nobody is called "", so what is a sales rep's is not a partner's of its id."""
    named: Any = command
    return named.payee.partner_id(named.payee_id) or "" if hasattr(command, "payee_id") else named.partner_id


def may_see(caller: Principal, payee: Payee, sees: bool) -> bool:
    """A partner sees what is paid to it and to those whose rows it sees; not what the brand's sales reps are paid."""
    return caller.scope is None or (payee is Payee.PARTNER and sees)
