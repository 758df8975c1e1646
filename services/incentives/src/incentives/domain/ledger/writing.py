"""Writing entries: each is numbered, chained to the one before, and its postings balance."""

from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from incentives.domain.calculation import Entry
from incentives.domain.ledger.chain import linked
from incentives.domain.ledger.events import LedgerEntry
from incentives.domain.ledger.posting import Posting, unbalanced
from incentives.domain.ledger.state import Ledger
from incentives.domain.plan.document import Payee

E = TypeVar("E", bound=LedgerEntry)


class Owner(msgspec.Struct, frozen=True):
    """Whose ledger it is."""

    payee: Payee
    payee_id: str

    @property
    def partner_id(self) -> str | None:
        return self.payee.partner_id(self.payee_id)

    def earns(self, entry: Entry) -> bool:
        """Whether it is what this payee earns, of whichever plan."""
        return entry.payee_id == self.payee_id and entry.payee is self.payee


class Writer:
    """Makes one entry after the other."""

    def __init__(self, owner: Owner, ledger: Ledger) -> None:
        self._owner, self.number, self.head = owner, ledger.number, ledger.head

    def entry(self, cls: type[E], postings: Iterable[Posting] = (), **said: Any) -> E:
        """``ValueError`` where the postings do not balance: no such entry is ever written."""
        posted = tuple(postings)
        if wrong := unbalanced(posted):
            raise ValueError(f"postings of {cls.__name__} do not balance: {wrong}")
        owner = self._owner
        about: dict[str, Any] = {"payee": owner.payee, "payee_id": owner.payee_id, "partner_id": owner.partner_id}
        made = cls(**about, number=self.number + 1, previous=self.head, postings=posted, **said)
        self.number, self.head = made.number, linked(msgspec.to_builtins(made))
        return replace(made, hash=self.head)
