"""What must hold before a partner is approved or activated, beyond its own status. A gate is one line below."""

from collections.abc import Callable
from typing import TypeAlias, TypeVar

import msgspec
from channel_events.pure import Rejected

from partner_registry.domain.partner.commands import ActivatePartner, ApprovePartner
from partner_registry.domain.partner.state import Partner

C = TypeVar("C")
Gate: TypeAlias = Callable[[Partner, C], Rejected | None]
"""Pure: the refusal, or None to let pass. Refusals are told one at a time, the first in order."""


class Gates(msgspec.Struct, frozen=True, kw_only=True):
    approval: tuple[Gate[ApprovePartner], ...] = ()
    activation: tuple[Gate[ActivatePartner], ...] = ()


GATES = Gates(
    approval=(),
    activation=(),
)


def pass_gates(gates: tuple[Gate[C], ...], partner: Partner, command: C) -> None:
    """Raises the refusal of the first gate that has one."""
    for gate in gates:
        if refusal := gate(partner, command):
            raise refusal
