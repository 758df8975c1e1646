"""Works an exported statement out again, from the file alone."""

from statement_checker.checking import Report, check

__all__ = ["Report", "check"]
