"""Refusals that the edge makes by itself."""

from channel_events.pure import Rejected
from channel_terms import Words


def invalid(field: str, en: str, zh: str) -> Rejected:
    """``invalid_request`` for one field, parameter or header, with what is wrong with it in both languages."""
    return Rejected("invalid_request", errors=[{"field": field, "problem": Words(en, zh)}])
