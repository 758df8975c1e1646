"""Sends the history: the import, rows that may succeed later once more, then the steps of orders."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from qudao_local.demo.documents import Document, Step
from qudao_local.demo.play.doors import Doors
from qudao_local.demo.play.going_on import go_on
from qudao_local.demo.play.imports import RefusedRow, send_documents, send_whole
from qudao_local.demo.play.progress import Reporter
from qudao_local.demo.play.refusals import ALTERED, Refusals
from qudao_local.demo.play.tally import Tally
from qudao_local.demo.scenario import Scenario

RETRYABLE = frozenset({"partner_unknown", "partner_not_active", "product_unknown", "warehouse_unknown", "order_unknown"})
"""Refusals of a row that pass when facts of another service, or the order's own row, have arrived."""
_PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds before what may pass later is sent again."""
_KINDS = {"ship": "shipment", "deliver": "delivery"}


class Lost(Exception):
    """More was sent than was answered for."""


@dataclass(frozen=True, slots=True)
class Sent:
    """``refused``: documents that were refused for good, by their places from 1. ``altered``: how many orders are there otherwise."""

    tally: Tally
    refused: dict[int, RefusedRow]
    altered: int


async def send_history(doors: Doors, scenario: Scenario, reporter: Reporter, refusals: Refusals) -> Sent:
    """Sends all documents; what is refused for good is added to ``refusals``, too."""
    stage = reporter.stage("history", scenario.expected_documents)
    result = await send_whole(doors, scenario.documents, stage)
    total = stage.done
    tally = Tally(accepted=result.accepted, repeated=result.repeated)
    refused = dict(result.refused)
    for pause in _PAUSES:
        again = sorted(row for row, why in refused.items() if why.problem in RETRYABLE)
        if not again:
            break
        await asyncio.sleep(pause)
        result = await send_documents(doors, _at(scenario.documents(), set(again)))
        tally.accepted += result.accepted
        tally.repeated += result.repeated
        for place, row in enumerate(again, 1):
            del refused[row]
            if place in result.refused:
                refused[row] = result.refused[place]
    went_on = await go_on(doors, scenario, refused)
    for new in went_on.told.values():
        tally.accept(repeated=not new)
    for words, problem in refusals.take(scenario, refused):
        tally.refuse(words, problem)
    if tally.sent != total:
        raise Lost(f"{total:,} documents were sent, but the service answers for {tally}")
    stage.finish(str(tally))
    return Sent(tally, refused, went_on.fewer + sum(why.problem in ALTERED for why in refused.values()))


def _at(documents: Iterator[Document], rows: set[int]) -> Iterator[Document]:
    return (document for row, document in enumerate(documents, 1) if row in rows)


async def send_steps(doors: Doors, scenario: Scenario, reporter: Reporter) -> Tally:
    """Shipments and deliveries in parts, and those after a cancellation; the steps of one order one after another."""
    rows = [_row(step, number) for of_order in scenario.steps() for number, step in enumerate(of_order, 1)]
    tally = Tally()
    if not rows:
        return tally
    stage = reporter.stage("shipments", len(rows))
    result = await send_whole(doors, lambda: rows, stage)
    tally.accepted, tally.repeated = result.accepted, result.repeated
    for why in result.refused.values():
        tally.refuse(str(why), why.problem)
    stage.finish(str(tally))
    return tally


def _row(step: Step, number: int) -> dict[str, Any]:
    """As an import takes it; by its ``number`` among those of its order it is known when it is sent again."""
    source, _, external_id = step.order_id.partition(":")
    row = {"kind": _KINDS[step.action], "source": source, "external_id": external_id, "reference": f"step {number}"}
    return row | {name: getattr(step, name) for name in ("on", "lines", "shipment") if getattr(step, name) is not None}
