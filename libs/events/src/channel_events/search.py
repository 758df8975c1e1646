"""Search by any part of a text, in any script, on plain PostgreSQL.

No extension and no ICU can be counted on, and pg_trgm finds nothing shorter than three characters, which most Chinese
words are. So the fold writes, beside the text, its grams: every character and every pair of neighbours inside a word.
A GIN index over them finds candidates; ``strpos`` decides. Folding of case and width is Python's, the same for text and
query, whatever the database's locale.

A view's table gets the columns `SEARCH` and, once it belongs to its view, the index of `search_index`; a change that names
the thing sets ``**searchable(name, id)``; a query asks for `found`.
"""

import unicodedata
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from channel_events.view import TEXT, Table

SEARCH: Mapping[str, Any] = {"search_text": TEXT, "search_grams": TEXT}
"""The columns of a table that can be searched."""

_WORDS = ARRAY(sa.Text)


def normal(text: str) -> str:
    """Without differences of case, of full and half width, and of blanks."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(folded.split())


def searchable(*texts: str) -> dict[str, str]:
    """The values of the columns `SEARCH` for a row that is found by any part of any of these texts."""
    whole = "\n".join(normal(text) for text in texts)
    return {"search_text": whole, "search_grams": grams(whole)}


def search_index(table: Table) -> None:
    """Adds the index that `found` needs."""
    sa.Index(f"{table.sql.name}_search", _split(table.sql.c.search_grams), postgresql_using="gin")


def found(table: Table, query: str) -> sa.ColumnElement[bool]:
    """Whether a row holds ``query`` anywhere in its texts."""
    wanted, columns = normal(query), table.sql.c
    candidates = _split(columns.search_grams).contains(sa.cast(needed(wanted), _WORDS))
    return sa.and_(candidates, sa.func.strpos(columns.search_text, wanted) > 0)


def grams(text: str) -> str:
    """The grams of a normal text, each once, joined by blanks; no gram holds one."""
    return " ".join(sorted({gram for word in text.split() for gram in (*word, *_pairs(word))}))


def needed(query: str) -> list[str]:
    """The grams that every text has which holds the normal ``query``."""
    return [gram for word in query.split() for gram in _pairs(word) or [word]]


def _pairs(word: str) -> list[str]:
    return [word[at : at + 2] for at in range(len(word) - 1)]


def _split(column: sa.Column[Any]) -> sa.ColumnElement[list[str]]:
    # The blank is spelled out: as a parameter it would be another expression than the index's.
    return sa.func.string_to_array(column, sa.literal_column("' '"), type_=_WORDS)
