"""How an id looks to people: two that look alike have one look, and are easily taken for each other."""

import unicodedata

_CYRILLIC = dict(zip("авекмнорстухѕіјԁԛԝӏё", "abekmhopctyxsijdqwlë", strict=True))
_GREEK = dict(zip("αβεζηικμνορτυχ", "abezhikmnoptyx", strict=True))
_LATIN = {"ı": "i", "ɑ": "a", "ɡ": "g"}
_SIGNS = dict.fromkeys("‐‑‒–—―−", "-") | {"’": "'", "∕": "/", "⁄": "/"}
_ALIKE = str.maketrans(_CYRILLIC | _GREEK | _LATIN | _SIGNS)
"""Letters and signs of other scripts that are drawn like those of ASCII, in lower case; capitals are folded to them first."""
_UPPER = {lower: lower - 32 for lower in range(ord("a"), ord("z") + 1)}
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164")
"""Not drawn, besides formats and the selectors of variations."""
_ROUNDS = 5


def look(text: str) -> str:
    """The text without what people do not see or do not tell apart: Unicode's normal form and case, full and half width, signs without
    a width, letters that are drawn alike. What has no such thing in it, like ``PEN-01``, is its own look.

    Digits are not taken for letters: ``0`` and ``O``, ``1`` and ``I`` differ in too many numbers that are meant to.
    """
    if text.isascii():
        return text.upper()
    # What is drawn alike may compose with the accent behind it, and then be another letter: so until nothing changes any more.
    for _ in range(_ROUNDS):
        seen = "".join(sign for sign in unicodedata.normalize("NFKC", text).casefold() if not _unseen(sign))
        seen = unicodedata.normalize("NFKC", seen.translate(_ALIKE)).translate(_UPPER)
        if seen == text:
            break
        text = seen
    return text


def _unseen(sign: str) -> bool:
    return sign in _BLANK or unicodedata.category(sign) == "Cf" or "\ufe00" <= sign <= "\ufe0f" or "\U000e0100" <= sign <= "\U000e01ef"
