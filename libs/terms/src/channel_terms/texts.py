"""Texts that people and other systems give: how long they may be, and what becomes of blanks around them."""

from collections.abc import Callable
from typing import Annotated, Any, TypeAlias

from msgspec import Meta

from channel_terms.written import Written, Wrong

NAME_LENGTH = 500
LABEL_LENGTH = 100
CODE_LENGTH = 100
REFERENCE_LENGTH = 200


def _trimmed(longest: int) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        # Measured as it was sent: a text over its limit by nothing but blanks is over its limit.
        if not isinstance(value, str) or not 0 < len(value) <= longest:
            return value
        if not (text := value.strip()):
            raise Wrong("must not be blank", "不应为空白")
        return text

    return read


Name: TypeAlias = Annotated[str, Meta(min_length=1, max_length=NAME_LENGTH), Written(_trimmed(NAME_LENGTH))]
"""A name or reason for people to read, without the blanks around it."""

Label: TypeAlias = Annotated[str, Meta(min_length=1, max_length=LABEL_LENGTH), Written(_trimmed(LABEL_LENGTH))]
"""A word or two by which people group things, without the blanks around it."""

Reference: TypeAlias = Annotated[str, Meta(min_length=1, max_length=REFERENCE_LENGTH), Written(_trimmed(REFERENCE_LENGTH))]
"""The sender's own name for a document, like the number of a delivery note."""


def as_part(code: str) -> str:
    """As a part of a name whose parts are divided by slashes, so that no two lists of parts are one name."""
    return code.replace("%", "%25").replace("/", "%2F")


CODE_PATTERN = r"^[^\s;,\x00-\x1f\x7f](?:[^;,\x00-\x1f\x7f]*[^\s;,\x00-\x1f\x7f])?\Z"
Code: TypeAlias = Annotated[str, Meta(min_length=1, max_length=CODE_LENGTH, pattern=CODE_PATTERN)]
"""An identifier given from outside, kept as it is written: 1 to 100 characters, no comma, semicolon or control character, no blank around
it. In a path a slash in it is ``%2F``."""
