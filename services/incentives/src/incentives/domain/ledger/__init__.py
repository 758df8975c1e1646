"""Double entry: what was earned, is owed and was paid, as postings that balance, in entries that are chained by their hashes."""

from incentives.domain.ledger.chain import GENESIS, linked
from incentives.domain.ledger.posting import Account, Posting, balances, moved, unbalanced

__all__ = ["GENESIS", "Account", "Posting", "balances", "linked", "moved", "unbalanced"]
