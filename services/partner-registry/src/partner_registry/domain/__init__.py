"""Pure rules: who is a partner, where it stands, and under whom."""
