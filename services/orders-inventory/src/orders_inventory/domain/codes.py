"""Names that become part of a stream's id: orders, SKUs, warehouses."""

import re

from channel_events.pure import Rejected
from channel_terms import CODE_PATTERN

_SOURCE = re.compile(rf"[a-z0-9][a-z0-9_-]{{0,39}}|~{CODE_PATTERN.removeprefix('^').removesuffix(chr(92) + 'Z')}")
_PLACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
DIRECT = "direct"
"""The source of numbers that the brand's own people give."""
_NOT_IN_A_CODE = frozenset("/?%:")


def _is_code(text: str, longest: int) -> bool:
    """Printable, no whitespace, nothing that means something in a URL's path or in a stream's id."""
    return 0 < len(text) <= longest and text.isprintable() and " " not in text and _NOT_IN_A_CODE.isdisjoint(text)


def checked_source(source: str) -> str:
    """The source's code itself; ``source_invalid`` when it is none."""
    if not _SOURCE.fullmatch(source):
        raise Rejected("source_invalid", source=source)
    return source


def checked_shop(source: str) -> str:
    """The code of a source that can be set up. Those of the partners and of what the brand's own people enter are nobody else's to fill."""
    if source.startswith("~") or source == DIRECT:
        raise Rejected("source_invalid", source=source)
    return checked_source(source)


def order_id(source: str, external_id: str) -> str:
    """``shop:1001``: the one order for ever of this number in that source."""
    checked_source(source)
    if not _is_code(external_id, 100):
        raise Rejected("external_id_invalid", external_id=external_id)
    return f"{source}:{external_id}"


credit_id = order_id
"""The same of a credit note: its numbers are a range of their own."""


def checked_sku(sku: str) -> str:
    """The SKU itself, as its system writes it: 1 to 64 characters, blanks and slashes within it too; ``sku_invalid`` otherwise."""
    if not (0 < len(sku) <= 64 and sku.isprintable() and sku == sku.strip()):
        raise Rejected("sku_invalid", sku=sku)
    return sku


def checked_line_id(line_id: str) -> str:
    """The line's name within its order, 1 to 64 characters; ``line_id_invalid`` otherwise."""
    if not _is_code(line_id, 64):
        raise Rejected("line_id_invalid", line_id=line_id)
    return line_id


def checked_warehouse(warehouse: str) -> str:
    """The warehouse's code itself; ``warehouse_invalid`` when it is none."""
    if not _PLACE.fullmatch(warehouse):
        raise Rejected("warehouse_invalid", warehouse=warehouse)
    return warehouse


def checked_price_list(price_list: str) -> str:
    """The list's code itself; ``price_list_invalid`` when it is none."""
    if not _PLACE.fullmatch(price_list):
        raise Rejected("price_list_invalid", price_list=price_list)
    return price_list


def require_source_of(source: str, partner_id: str) -> None:
    """``source_not_yours`` for the own source of another partner: whoever gives a number there, it is that partner's. So a conflict about
    such a number never tells one partner of what is another's."""
    if source.startswith("~") and source != own_source(partner_id):
        raise Rejected("source_not_yours", source=source)


def own_source(partner_id: str) -> str:
    """The source of a partner's own numbers: nobody else can use them up."""
    return f"~{partner_id}"
