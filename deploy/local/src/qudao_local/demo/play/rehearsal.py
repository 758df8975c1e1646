"""Asks the services what they would say to a scenario: the masters are sent, the history is only rehearsed."""

from dataclasses import dataclass, field

from qudao_local.demo.documents import Cancellation, Order, Partner, Return
from qudao_local.demo.play.doors import Doors
from qudao_local.demo.play.going_on import go_on
from qudao_local.demo.play.imports import RefusedRow, send_whole
from qudao_local.demo.play.masters import Masters, wait_for_copies
from qudao_local.demo.play.progress import Reporter
from qudao_local.demo.play.refusals import Refusals
from qudao_local.demo.play.tally import Tally
from qudao_local.demo.scenario import Scenario

_OF_PARTNERS = frozenset({"partner_unknown", "partner_not_active"})


@dataclass(slots=True)
class Rehearsed:
    """What would be accepted, is there already, and would be refused."""

    tally: Tally = field(default_factory=Tally)
    refusals: Refusals = field(default_factory=Refusals)
    notes: list[str] = field(default_factory=list)


async def rehearse(doors: Doors, scenario: Scenario, reporter: Reporter, *, throw_away: bool) -> Rehearsed:
    """The imports' own dry run of everything.

    On a stack that is ``throw_away`` the masters are really sent, so that orders find their partners. On one that keeps its data
    nothing is: orders of partners that are not there yet cannot be judged wholly, and are counted as that.
    """
    done = Rehearsed()
    with reporter.drawing():
        masters = Masters(doors, scenario, reporter)
        done.tally.add(await masters.send(dry_run=not throw_away))
        done.refusals = masters.refusals
        if throw_away:
            await wait_for_copies(doors, scenario, masters.taken)
        stage = reporter.stage("history, rehearsed", scenario.expected_documents)
        result = await send_whole(doors, scenario.documents, stage, dry_run=True)
        stage.finish(f"{stage.done:,} documents")
    went_on = await go_on(doors, scenario, result.refused, dry_run=True)
    for is_new in went_on.told.values():
        done.tally.accept(repeated=not is_new)
    new = set() if throw_away else {one.partner_id for one in masters.taken if isinstance(one, Partner)}
    excused = _excused(scenario, result.refused, new)
    done.tally.add(Tally(accepted=result.accepted + len(excused), repeated=result.repeated))
    if excused:
        done.notes.append(f"{len(excused):,} documents of partners that are not there yet were checked as far as that goes")
    for words, problem in done.refusals.take(scenario, {row: why for row, why in result.refused.items() if row not in excused}):
        done.tally.refuse(words, problem)
    return done


def _excused(scenario: Scenario, refused: dict[int, RefusedRow], new: set[str]) -> set[int]:
    """Those that were refused only because a rehearsal makes no partners, and what follows them."""
    excused: set[int] = set()
    orders: set[str] = set()
    if not new:
        return excused
    for row, document in enumerate(scenario.documents(), 1):
        if row not in refused:
            continue
        if isinstance(document, Order) and refused[row].problem in _OF_PARTNERS and document.partner_id in new:
            orders.add(document.external_id)
            excused.add(row)
        elif isinstance(document, Cancellation | Return) and document.external_id in orders:
            excused.add(row)
    return excused
