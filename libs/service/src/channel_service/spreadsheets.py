"""Cells of CSV files that a spreadsheet would run: ``=1+1``, ``+cmd|...``, ``@SUM(...)``.

Written with an apostrophe before them, they are texts to every spreadsheet; read again, they lose it. Who writes a text that begins with
apostrophes before such a character gets it back as well: each way adds, or takes, one.
"""

import re

_RUN = re.compile(r"'*[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?", re.ASCII)


def safe(cell: str) -> str:
    """The cell as it may be shown."""
    return f"'{cell}" if _RUN.match(cell) and not _NUMBER.fullmatch(cell) else cell


def meant(cell: str) -> str:
    """What a cell that was made `safe` says."""
    return cell[1:] if cell[:1] == "'" and _RUN.match(cell, 1) else cell
