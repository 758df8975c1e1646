"""Use cases: which commands go to which streams."""
