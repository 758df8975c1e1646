"""Code blocks and links of the documentation, for the tests that run and follow them."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

FENCE = re.compile(r"^(?P<indent> *)```(?P<info>\S.*?)? *$")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?P<target>[^)\s]+)\)")


class Block(NamedTuple):
    """A fenced block: ``info`` is what follows the fence, like ``sh run``; ``line`` that of its first line."""

    info: str
    line: int
    text: str


def blocks(markdown: str) -> Iterator[Block]:
    info, begins, indent, lines = "", 0, 0, list[str]()
    for number, line in enumerate(markdown.splitlines(), 1):
        fence = FENCE.match(line)
        if fence and not begins:
            info, begins, indent, lines = fence["info"] or "", number + 1, len(fence["indent"]), []
        elif fence and not fence["info"]:
            yield Block(info, begins, "\n".join(lines) + "\n")
            begins = 0
        elif begins:
            lines.append(line[indent:])
    if begins:
        raise ValueError(f"the code block at line {begins - 1} is not closed")


def outside_blocks(markdown: str) -> str:
    """The text without its code blocks."""
    kept, inside = [], False
    for line in markdown.splitlines():
        if FENCE.match(line):
            inside = not inside
        elif not inside:
            kept.append(line)
    return "\n".join(kept)


def links(markdown: str) -> list[str]:
    """Targets of links inside the repository, without their anchors."""
    found = (match["target"] for match in LINK.finditer(outside_blocks(markdown)))
    return [target.partition("#")[0] for target in found if not re.match(r"[a-z]+:|#", target)]


def differences(shown: Any, got: Any, where: str = "the answer") -> list[str]:
    """Where ``got`` is not as the documentation shows it.

    Shown objects may leave members out, shown lists their end; the text ``...`` stands for any value, and at the end of a
    text for any rest.
    """
    if isinstance(shown, dict) and isinstance(got, dict):
        missing = [f"{where} has no {name!r}" for name in sorted(shown.keys() - got.keys())]
        both = sorted(shown.keys() & got.keys())
        return missing + [text for name in both for text in differences(shown[name], got[name], f"{where}.{name}")]
    if isinstance(shown, list) and isinstance(got, list):
        if len(shown) > len(got):
            return [f"{where} has {len(got)} elements, shown are {len(shown)}"]
        pairs = enumerate(zip(shown, got, strict=False))
        return [text for number, (one, other) in pairs for text in differences(one, other, f"{where}[{number}]")]
    if isinstance(shown, str) and shown.endswith("...") and (shown == "..." or str(got).startswith(shown[:-3])):
        return []
    return [] if type(shown) is type(got) and shown == got else [f"{where} is {got!r}, shown is {shown!r}"]
