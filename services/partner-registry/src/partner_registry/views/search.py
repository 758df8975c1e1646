"""Search by any part of a text, in any script, on plain PostgreSQL.

No extension and no ICU can be counted on, and pg_trgm finds nothing shorter than three characters, which most Chinese
words are. So the fold writes, beside the text, its grams: every character and every pair of neighbours inside a word.
A GIN index over them finds candidates; ``strpos`` decides. Folding of case and width is Python's, the same for text and
query, whatever the database's locale.
"""

import unicodedata
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

_WORDS = ARRAY(sa.Text)


def normal(text: str) -> str:
    """Without differences of case, of full and half width, and of blanks."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(folded.split())


def grams(text: str) -> str:
    """The grams of a normal text, each once, joined by blanks; no gram holds one."""
    return " ".join(sorted({gram for word in text.split() for gram in (*word, *_pairs(word))}))


def needed(query: str) -> list[str]:
    """The grams that every text has which holds the normal ``query``."""
    return [gram for word in query.split() for gram in _pairs(word) or [word]]


def gram_index(name: str, column: sa.Column[Any]) -> sa.Index:
    """The index that `contains` needs on a column of grams."""
    return sa.Index(name, _split(column), postgresql_using="gin")


def contains(text: sa.Column[Any], grams_of_text: sa.Column[Any], query: str) -> sa.ColumnElement[bool]:
    """Whether the normal ``text`` holds ``query`` anywhere."""
    wanted = normal(query)
    return sa.and_(_split(grams_of_text).contains(sa.cast(needed(wanted), _WORDS)), sa.func.strpos(text, wanted) > 0)


def _pairs(word: str) -> list[str]:
    return [word[at : at + 2] for at in range(len(word) - 1)]


def _split(column: sa.Column[Any]) -> sa.ColumnElement[list[str]]:
    # The blank is spelled out: as a parameter it would be another expression than the index's.
    return sa.func.string_to_array(column, sa.literal_column("' '"), type_=_WORDS)
