"""Funds for marketing of partners (MDF, co-op): terms, and a budget of which partners are given parts."""
