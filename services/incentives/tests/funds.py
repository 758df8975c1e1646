"""Funds for tests."""

from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

from incentives.domain.fund.words import FundTerms

DAY = date(2026, 3, 1)
INVOICE = b"%PDF-1.7 invoice"
HASH = sha256(INVOICE).hexdigest()
FILE = f"/v1/partners/p-1/files/{HASH}"
TERMS = FundTerms(
    currency="CNY", first=date(2026, 1, 1), last=date(2026, 12, 31), claims_until=date(2027, 1, 31), reimburses=Decimal("0.5")
)
PART: dict[str, Any] = {"fund_id": "mdf", "partner_id": "p-1"}
FUND: dict[str, Any] = {
    "title": "MDF 2026",
    "currency": "CNY",
    "budget": "10000.00",
    "first": "2026-01-01",
    "last": "2026-12-31",
    "claims_until": "2027-01-31",
    "reimburses": "0.5",
}
ASKED: dict[str, Any] = {
    "activity": "fair",
    "title": "Stand",
    "starts": date(2026, 2, 1),
    "ends": date(2026, 2, 2),
    "amount": Decimal(1000),
}


def body(**more: Any) -> dict[str, Any]:
    """What a request, or a claim, says in JSON."""
    return {name: value.isoformat() if isinstance(value, date) else str(value) for name, value in (ASKED | more).items()}


def claimed(amount: str, **more: Any) -> dict[str, Any]:
    said = {"cost": str(2 * Decimal(amount)), "amount": amount, "proofs": [{"name": "invoice.pdf", "sha256": HASH}]}
    return said | more
