"""Use cases: asking a KPI, explaining its value."""
