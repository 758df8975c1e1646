"""What files may be: kinds that people read and that do nothing by themselves, each told by how its content begins.

A name or a header says what somebody wants to be believed; the first bytes are what a program that opens the file goes by. Whether a PDF
or a table holds something that its program obeys is not looked at: they are given out as attachments, to be opened by who trusts them.
"""

import re
from codecs import getincrementaldecoder
from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeAlias

Content: TypeAlias = bytes | bytearray
HEAD = 65_536
"""Bytes of a text that are looked at: all of a large one would hold everybody else up."""
_OFFICE = "application/vnd.openxmlformats-officedocument."
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_ZIP = b"PK\x03\x04"


class Kind(NamedTuple):
    """``fits(content)``: whether it is one; ``ending`` of a file's name, with its dot."""

    ending: str
    fits: Callable[[Content], bool]


def _begins(*beginnings: bytes) -> Callable[[Content], bool]:
    return lambda content: content.startswith(beginnings)


def _zip_with(part: bytes) -> Callable[[Content], bool]:
    # Names of parts are not compressed, so they are found as they are.
    return lambda content: content.startswith(_ZIP) and part in content


def _text(content: Content) -> bool:
    head = content[:HEAD]
    return bool(head) and not _CONTROL.search(head) and any(_decodes(head, one, whole=len(content) <= HEAD) for one in ("utf-8", "gb18030"))


def _decodes(head: Content, encoding: str, *, whole: bool) -> bool:
    try:
        getincrementaldecoder(encoding)().decode(head, final=whole)  # a character may be cut at the end of the head
    except UnicodeDecodeError:
        return False
    return True


KINDS: Mapping[str, Kind] = {
    "application/pdf": Kind(".pdf", _begins(b"%PDF-")),
    "application/ofd": Kind(".ofd", _zip_with(b"OFD.xml")),
    "image/jpeg": Kind(".jpg", _begins(b"\xff\xd8\xff")),
    "image/png": Kind(".png", _begins(b"\x89PNG\r\n\x1a\n")),
    "image/webp": Kind(".webp", lambda content: content[:4] == b"RIFF" and content[8:12] == b"WEBP"),
    "image/heic": Kind(".heic", lambda content: content.startswith((b"ftypheic", b"ftypheix", b"ftypmif1"), 4)),
    "image/tiff": Kind(".tif", _begins(b"II*\x00", b"MM\x00*")),
    "text/csv": Kind(".csv", _text),
    "text/plain": Kind(".txt", _text),
    f"{_OFFICE}spreadsheetml.sheet": Kind(".xlsx", _zip_with(b"xl/workbook.xml")),
    f"{_OFFICE}wordprocessingml.document": Kind(".docx", _zip_with(b"word/document.xml")),
}
"""By media type. None is one that a browser would run: no HTML, SVG or XML."""
