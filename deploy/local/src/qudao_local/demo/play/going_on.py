"""An order that went on since it was loaded: what the export says more of it is told by steps, what no step can say is listed."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from qudao_local.demo.documents import Cancellation, Confirmation, Delivery, Document, LineQuantity, Order, Shipment
from qudao_local.demo.play.doors import Doors, Refused
from qudao_local.demo.play.imports import RefusedRow, send_documents
from qudao_local.demo.play.masters import each
from qudao_local.demo.play.refusals import ALTERED
from qudao_local.demo.scenario import Scenario

_WENT_ON = "as it went on"
"""The reference of what happened to an order after it was loaded first."""
_FEWER = "fewer in a later export"


@dataclass(slots=True)
class Further:
    """What is to be told of an order, and in words what cannot be; ``fewer``: whether a later export has fewer units of a line."""

    documents: list[Document] = field(default_factory=list)
    differs: list[str] = field(default_factory=list)
    fewer: bool = False


def further(order: Order, there: Mapping[str, Any], taken: Mapping[str, int], today: date) -> Further:
    """From the order as it is ``there`` to the one that the export has.

    ``taken`` are the units by line that the export's own cancellations take back. ``today`` is the day of what it tells without one.
    """
    found = Further(differs=list(_other_facts(order, there)))
    gone = dict(_fewer(order, there, taken, found.differs))
    found.fewer = bool(gone)
    for line_id, units in gone.items():
        left = sum(line.quantity for line in order.lines if line.line_id == line_id)
        reference = f"{_FEWER}: {left} of {line_id}"
        lines = [LineQuantity(line_id, units)]
        found.documents.append(Cancellation(order.source, order.external_id, max(order.on, today), _FEWER, lines, reference))
    open_ = sum(line["quantity"] - line["cancelled"] - line["shipped"] for line in there["lines"]) - sum(gone.values())
    found.documents += _steps(order, there, open_, found.differs)
    return found


def _steps(order: Order, there: Mapping[str, Any], open_: int, differs: list[str]) -> Iterator[Document]:
    history, named = order.history, (order.source, order.external_id)
    if history is None:
        return
    if history.confirmed_on and there["confirmed_on"] is None and open_:
        yield Confirmation(*named, history.confirmed_on, _WENT_ON)
    elif history.confirmed_on and there["confirmed_on"] not in (None, history.confirmed_on.isoformat()):
        differs.append(f"it was confirmed on {there['confirmed_on']} here, not {history.confirmed_on}")
    ships = history.shipped_on is not None and open_ > 0
    if history.shipped_on and ships:
        yield Shipment(*named, history.shipped_on, _WENT_ON)
    if history.delivered_on and (ships or any(not shipment["delivered"] for shipment in there["shipments"])):
        yield Delivery(*named, history.delivered_on, _WENT_ON)


def _other_facts(order: Order, there: Mapping[str, Any]) -> Iterator[str]:
    said = {"partner_id": order.partner_id, "currency": order.currency, "warehouse": order.warehouse, "sales_rep": order.sales_rep}
    said |= {"placed_on": order.on.isoformat()} | ({"territory": order.territory} if order.territory else {})
    for name, value in said.items():
        if there[name] != value:
            yield f"{name} is {there[name]} here, not {value}"


def _fewer(order: Order, there: Mapping[str, Any], taken: Mapping[str, int], differs: list[str]) -> Iterator[tuple[str, int]]:
    """Units to be cancelled by line; what else differs in the lines is listed, for an order's lines are never changed."""
    ours = {line.line_id: line for line in order.lines}
    known = {line["line_id"] for line in there["lines"]}
    differs += [f"line {line.line_id} is new: {line.quantity} of {line.sku}" for line in order.lines if line.line_id not in known]
    for line in there["lines"]:
        line_id, mine = line["line_id"], ours.get(line["line_id"])
        units = line["quantity"] - (mine.quantity if mine else 0)
        more = units + taken.get(line_id, 0) - line["cancelled"]
        if mine and (line["sku"] != mine.sku or Decimal(line["unit_price"]) != mine.unit_price):
            differs.append(f"line {line_id} is of {line['sku']} at {line['unit_price']} here, not {mine.sku} at {mine.unit_price}")
        elif mine and not units and Decimal(line["discount"]) != mine.discount:
            differs.append(f"line {line_id} has a discount of {line['discount']} here, not {mine.discount}")
        elif units < 0:
            differs.append(f"line {line_id} has {line['quantity']} units here, not {line['quantity'] - units}")
        elif units and more > line["quantity"] - line["cancelled"] - line["shipped"]:
            differs.append(f"line {line_id} has {units} units less, which were shipped")
        elif units and more > 0:
            yield line_id, more


@dataclass(slots=True)
class WentOn:
    """``told``: rows that are here as the export has them now, and whether anything of them was new. ``fewer``: orders of which units
    are cancelled here that the export does not have at all."""

    told: dict[int, bool] = field(default_factory=dict)
    fewer: int = 0


async def go_on(doors: Doors, scenario: Scenario, refused: dict[int, RefusedRow], *, dry_run: bool = False) -> WentOn:
    """Tells what the orders among the ``refused`` rows have more than what is there, and once more what was refused of them before that.

    ``refused`` is left with what could not be told: an order that differs in more than steps says in what.
    """
    if not any(why.problem in ALTERED for why in refused.values()):
        return WentOn()
    changed, taken, rest = _changed(scenario, refused)
    found: dict[int, Further] = {}

    async def look(of: tuple[int, Order]) -> None:
        row, order = of
        try:
            there = await doors.get("orders-inventory", f"/v1/orders/{quote(f'{order.source}:{order.external_id}', safe=':')}")
        except Refused:
            return  # nobody may see it, or it never was: its refusal says so
        found[row] = further(order, there, taken.get(order.external_id, Counter()), scenario.last_day)

    await each(changed.values(), look)
    steps = [(row, document) for row, more in sorted(found.items()) for document in more.documents]
    again = [*steps, *sorted(rest.items())]
    result = await send_documents(doors, (document for _, document in again), dry_run=dry_run) if again else None
    for place, (row, _) in enumerate(again, 1):
        why = result.refused.get(place) if result else None
        if row in rest:
            refused.pop(row)
            if why:
                refused[row] = why
        elif why:
            found[row].differs.append(str(why))
    return _settled(found, rest, refused)


def _changed(
    scenario: Scenario, refused: Mapping[int, RefusedRow]
) -> tuple[dict[str, tuple[int, Order]], dict[str, Counter[str]], dict[int, Document]]:
    """The orders that are there otherwise, by their numbers; what the export cancels of them; and what else of them was refused."""
    changed: dict[str, tuple[int, Order]] = {}
    taken: dict[str, Counter[str]] = {}
    rest: dict[int, Document] = {}
    for row, document in enumerate(scenario.documents(), 1):
        number = getattr(document, "external_id", "")
        if isinstance(document, Order):
            if row in refused and refused[row].problem in ALTERED:
                changed[number] = row, document
        elif number in changed:
            if isinstance(document, Cancellation):
                taken.setdefault(number, Counter()).update({one.line_id: one.quantity for one in document.lines or ()})
            if row in refused and refused[row].problem not in ALTERED:
                rest[row] = document
    return changed, taken, rest


def _settled(found: Mapping[int, Further], rest: Mapping[int, Document], refused: dict[int, RefusedRow]) -> WentOn:
    went_on = WentOn({row: True for row in rest if row not in refused})
    for row, more in found.items():
        if more.differs:
            refused[row] = replace(refused[row], detail="; ".join(more.differs))
        else:
            del refused[row]
            went_on.told[row] = bool(more.documents)
            went_on.fewer += more.fewer
    return went_on
