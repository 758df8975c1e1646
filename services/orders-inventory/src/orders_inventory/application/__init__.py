"""Use cases: which commands go to which streams, one function each."""
