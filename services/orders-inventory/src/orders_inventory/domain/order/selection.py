"""From "ship what is left" to exact units of lines, so that order and stock are told the same numbers.

Nothing is refused here: what cannot be done is refused by the order when it decides, where a repeated command key still finds
its earlier answer.
"""

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from orders_inventory.domain.order.commands import Part
from orders_inventory.domain.order.state import Line, Order


class Wanted(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """Units of a line that the sender names; without ``quantity`` all that is left of it."""

    line_id: str
    quantity: int | None = None


def to_ship(order: Order, wanted: Sequence[Wanted] | None = None) -> tuple[Part, ...]:
    return _parts(order, wanted, lambda line: line.open)


def to_cancel(order: Order, wanted: Sequence[Wanted] | None = None) -> tuple[Part, ...]:
    return _parts(order, wanted, lambda line: line.open)


def to_return(order: Order, wanted: Sequence[Wanted] | None = None) -> tuple[Part, ...]:
    return _parts(order, wanted, lambda line: line.held)


def _parts(order: Order, wanted: Sequence[Wanted] | None, left: Callable[[Line], int]) -> tuple[Part, ...]:
    if wanted is None:
        return tuple(Part(line_id, left(line)) for line_id, line in order.lines.items() if left(line))
    return tuple(Part(one.line_id, _left(order, one, left) if one.quantity is None else one.quantity) for one in wanted)


def _left(order: Order, wanted: Wanted, left: Callable[[Line], int]) -> int:
    line = order.lines.get(wanted.line_id)
    return 0 if line is None else left(line)


def by_sku(order: Order, parts: Iterable[Part]) -> dict[str, int]:
    """Units per SKU, lines of one SKU together: one stock command each."""
    units: dict[str, int] = {}
    for part in parts:
        line = order.lines.get(part.line_id)
        if line is not None:
            units[line.placed.sku] = units.get(line.placed.sku, 0) + part.quantity
    return units
