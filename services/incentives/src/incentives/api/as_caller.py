"""Commands as the one who asks may give them."""

from typing import TypeVar

from channel_service import Principal, only_for_itself
from msgspec import Struct
from msgspec.structs import replace

C = TypeVar("C", bound=Struct)


def by_caller(caller: Principal, command: C) -> C:
    """Who asks is who the token says."""
    return replace(command, by=caller.subject)


def by_itself(caller: Principal, command: C) -> C:
    """A partner asks in its own name, and today: a day of its choice could lie before a time that is over."""
    only_for_itself(caller, str(getattr(command, "partner_id", None) or getattr(command, "payee_id", "")))
    said = by_caller(caller, command)
    return said if caller.scope is None else replace(said, on=None)
