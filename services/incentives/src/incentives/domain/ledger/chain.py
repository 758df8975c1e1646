"""The chain: each entry of a payee's ledger carries the hash of the one before it, so none can be changed, left out or exchanged
without all that follow becoming wrong. A statement carries the last one's hash (`statement-checker` works them out again)."""

import hashlib  # import-rule: a hash is a function of what is hashed, and of nothing else
from typing import Any

import msgspec

GENESIS = "0" * 64
"""Before the first entry."""


def linked(said: dict[str, Any]) -> str:
    """The hash of an entry: SHA-256 of its JSON without the member ``hash``, members in the order of their names, no white space,
    UTF-8. It says the ``previous`` hash among the rest. Amounts are texts, so nobody's reading of numbers matters."""
    plain = {name: value for name, value in said.items() if name != "hash"}
    return hashlib.sha256(msgspec.json.encode(plain, order="sorted")).hexdigest()
