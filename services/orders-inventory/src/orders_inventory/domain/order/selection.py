"""From "ship what is left" to exact units of lines, on the order as it is when it is decided."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from channel_events.pure import Rejected
from msgspec.structs import replace

from orders_inventory.domain.order.commands import Wanted
from orders_inventory.domain.order.events import OrderLine
from orders_inventory.domain.order.state import Line, Order

Left = Callable[[Line], int]
W = TypeVar("W", bound=Wanted)


def selected(order: Order, wanted: Sequence[Wanted] | None, left: Left, nothing: str) -> Iterator[tuple[Line, int]]:
    """Each line with its units, none asked for twice and none beyond what is ``left`` of the line; ``nothing`` is the refusal's code
    when nothing is left at all."""
    if wanted is None:
        parts = [(line, left(line)) for line in order.lines.values() if left(line)]
    else:
        parts = [(line, left(line) if one.quantity is None else one.quantity) for one in wanted for line in [line_of(order, one)]]
    if not parts:
        raise Rejected(nothing)
    if len({line.placed.line_id for line, _ in parts}) < len(parts):
        raise Rejected("line_repeated", line_id=parts[0][0].placed.line_id)
    for line, units in parts:
        most = left(line)
        if not 1 <= units <= most:
            code = "quantity_exceeds_line" if most else nothing
            raise Rejected(code, line_id=line.placed.line_id, wanted=units, left=most)
        yield line, units


def one_by_one(order: Order, wanted: Sequence[W], left: Left) -> list[W]:
    """What is named by a SKU, named by line. Of a SKU that several lines have units are taken of the first of them that has some ``left``,
    then of the next."""
    free = {line_id: left(line) for line_id, line in order.lines.items()}
    return [part for one in wanted for part in _parts(one, lines_meant(order, one), free)]


def _parts(one: W, lines: Sequence[Line], free: dict[str, int]) -> Iterator[W]:
    if len(lines) == 1:
        yield replace(one, line_id=lines[0].placed.line_id, sku=None)
        return
    if not lines:
        raise Rejected("line_not_clear", sku=one.sku, lines=0)
    ids = [line.placed.line_id for line in lines if free[line.placed.line_id]]
    asked = sum(free[line_id] for line_id in ids) if one.quantity is None else one.quantity
    for number, line_id in enumerate(ids, start=1):
        # The last is asked for all that is left: when that is too much, its refusal tells.
        units = asked if number == len(ids) else min(asked, free[line_id])
        if units:
            yield replace(one, line_id=line_id, quantity=units, sku=None)
        asked -= units
        free[line_id] -= min(units, free[line_id])


def lines_meant(order: Order, wanted: Wanted) -> list[Line]:
    """The lines that may be meant: the one that is named, or all that have the SKU."""
    if wanted.line_id is not None:
        return [line_of(order, wanted)]
    return [line for line in order.lines.values() if line.placed.sku == wanted.sku]


def line_of(order: Order, wanted: Wanted) -> Line:
    """The line that is meant; by its SKU only where one line has it. `Rejected`: ``line_unknown``, ``line_not_clear``."""
    if wanted.line_id is not None:
        if wanted.line_id not in order.lines:
            raise Rejected("line_unknown", line_id=wanted.line_id)
        return order.lines[wanted.line_id]
    lines = [line for line in order.lines.values() if line.placed.sku == wanted.sku]
    if len(lines) != 1:
        raise Rejected("line_not_clear", sku=wanted.sku, lines=len(lines))
    return lines[0]


def units_by_sku(lines: Iterable[OrderLine]) -> dict[str, int]:
    """Lines of one SKU together: what the stock is told."""
    units: dict[str, int] = {}
    for line in lines:
        units[line.sku] = units.get(line.sku, 0) + line.quantity
    return units
