"""What-ifs: a version of a plan, draft or not, over what really happened, beside what was earned. A run goes on payee by payee, and may be
stopped and resumed."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, TypeAlias

from channel_events.pure import Decider, Known, Rejected, command, event, tell
from channel_terms import HAPPENED, Code, HappenedOn, check_days, happened_on
from msgspec import Meta, Struct
from msgspec.structs import replace

from incentives.domain.by import By
from incentives.domain.days import in_order
from incentives.domain.plan.commands import VersionNumber
from incentives.domain.plan.document import PlanDocument
from incentives.domain.words import ZERO, Payee, PlanId

RunId: TypeAlias = Annotated[Code, Meta(description="Yours, for ever.", examples=["dealer-2026-a"])]


class Compared(Struct, frozen=True, kw_only=True):
    """What a payee earned on these days, and what it would have; both in the currency that the plan pays in."""

    payee_id: str
    earned: Decimal
    would: Decimal


class _OfRun(Struct, frozen=True, kw_only=True):
    run_id: str
    occurred_on: date


@event("what_if_requested")
class WhatIfRequested(_OfRun, frozen=True, kw_only=True):
    """``plan`` is the document as it was then."""

    plan_id: str
    version: int
    first: date
    last: date
    by: str
    plan: PlanDocument


@event("what_if_went_on")
class WhatIfWentOn(_OfRun, frozen=True, kw_only=True):
    """``done`` of ``total`` payees are compared, these among them; all are of one kind."""

    payee: Payee
    compared: tuple[Compared, ...]
    done: int
    total: int


@event("what_if_stopped")
class WhatIfStopped(_OfRun, frozen=True, kw_only=True):
    by: str


@event("what_if_resumed")
class WhatIfResumed(_OfRun, frozen=True, kw_only=True):
    by: str


@event("what_if_finished")
class WhatIfFinished(_OfRun, frozen=True, kw_only=True):
    earned: Decimal
    would: Decimal


@command("request_what_if", stream="what_if/{run_id}")
class RequestWhatIf(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The version as it is now, over what counted on these days, whenever it is meant to be in force. The same again changes nothing."""

    run_id: RunId
    plan_id: PlanId
    version: VersionNumber
    first: Annotated[date, HAPPENED, Meta(examples=["2026-01-01"])]
    last: Annotated[date, HAPPENED, Meta(examples=["2026-06-30"])]
    by: By = None
    on: HappenedOn = None


class BeginWhatIf(Struct, frozen=True, kw_only=True):
    """Part of a larger command, with the document."""

    asked: RequestWhatIf
    plan: PlanDocument


class _Run(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    run_id: RunId
    by: By = None
    on: HappenedOn = None


@command("stop_what_if", stream="what_if/{run_id}")
class StopWhatIf(_Run, frozen=True, kw_only=True):
    """What it found stays; it may be resumed."""


@command("resume_what_if", stream="what_if/{run_id}")
class ResumeWhatIf(_Run, frozen=True, kw_only=True):
    """It goes on where it was stopped."""


class GoOn(Struct, frozen=True, kw_only=True):
    """These are compared, the next after ``after``; nothing where somebody else was quicker. Of none it is finished."""

    run_id: str
    after: str
    compared: tuple[Compared, ...]
    total: int


WhatIfCommand: TypeAlias = BeginWhatIf | StopWhatIf | ResumeWhatIf | GoOn
WhatIfEvent: TypeAlias = WhatIfRequested | WhatIfWentOn | WhatIfStopped | WhatIfResumed | WhatIfFinished


class Stage(StrEnum):
    RUNNING = "running"
    STOPPED = "stopped"
    FINISHED = "finished"


class WhatIf(Struct, frozen=True, kw_only=True):
    """``after`` is the last payee that was compared."""

    asked: WhatIfRequested | None = None
    stage: Stage = Stage.RUNNING
    after: str = ""
    done: int = 0
    earned: Decimal = ZERO
    would: Decimal = ZERO


def decide(command: WhatIfCommand, run: WhatIf, known: Known) -> Iterator[WhatIfEvent]:
    c = command
    if isinstance(c, BeginWhatIf):
        yield from _begin(c, run, known)
    elif run.asked is None:
        raise Rejected("what_if_unknown", run_id=c.run_id)
    elif isinstance(c, GoOn):
        if run.stage is Stage.RUNNING and run.after == c.after:
            yield from _go_on(c, run, run.asked.plan.payee, known)
    elif isinstance(c, StopWhatIf):
        if run.stage is Stage.RUNNING:
            yield tell(WhatIfStopped, c, by=c.by or "", occurred_on=happened_on(c.on, known))
    elif run.stage is Stage.STOPPED:
        yield tell(WhatIfResumed, c, by=c.by or "", occurred_on=happened_on(c.on, known))


def _begin(c: BeginWhatIf, run: WhatIf, known: Known) -> Iterator[WhatIfEvent]:
    said = c.asked
    check_days(said, known.today)
    in_order(said.first, said.last)
    asked = tell(WhatIfRequested, said, by=said.by or "", plan=c.plan, occurred_on=happened_on(said.on, known))
    if run.asked is None:
        yield asked
    elif replace(asked, by=run.asked.by, occurred_on=run.asked.occurred_on) != run.asked:
        raise Rejected("what_if_exists", run_id=said.run_id)


def _go_on(c: GoOn, run: WhatIf, payee: Payee, known: Known) -> Iterator[WhatIfEvent]:
    if c.compared:
        done = run.done + len(c.compared)
        yield tell(WhatIfWentOn, c, payee=payee, done=done, total=max(c.total, done), occurred_on=known.today)
    else:
        yield WhatIfFinished(run_id=c.run_id, earned=run.earned, would=run.would, occurred_on=known.today)


def evolve(run: WhatIf, event: WhatIfEvent) -> WhatIf:
    match event:
        case WhatIfRequested():
            return WhatIf(asked=event)
        case WhatIfWentOn():
            earned = sum((one.earned for one in event.compared), run.earned)
            would = sum((one.would for one in event.compared), run.would)
            return replace(run, after=event.compared[-1].payee_id, done=event.done, earned=earned, would=would)
        case WhatIfStopped():
            return replace(run, stage=Stage.STOPPED)
        case WhatIfResumed():
            return replace(run, stage=Stage.RUNNING)
        case WhatIfFinished():
            return replace(run, stage=Stage.FINISHED)


WHAT_IF: Decider[WhatIfCommand, WhatIf, WhatIfEvent] = Decider(
    "what_if",
    initial=WhatIf(),
    decide=decide,
    evolve=evolve,
    events=[WhatIfRequested, WhatIfWentOn, WhatIfStopped, WhatIfResumed, WhatIfFinished],
)
