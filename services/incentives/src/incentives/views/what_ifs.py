"""Runs of plans over the past: how far each is, and what it found of each payee."""

from collections.abc import Iterator
from typing import Any

from channel_events import DATE, INTEGER, NUMERIC, TEXT, OwnLog, Table, View
from channel_events.pure import Change, Put, Recorded, Set

from incentives.domain.what_if import WHAT_IF, Stage, WhatIfFinished, WhatIfRequested, WhatIfResumed, WhatIfStopped, WhatIfWentOn

TABLE = Table(
    "what_if",
    key=("run_id",),
    columns={
        **dict.fromkeys(("run_id", "plan_id", "stage", "currency", "asked_by"), TEXT),
        **dict.fromkeys(("first", "last", "asked_on"), DATE),
        **dict.fromkeys(("version", "done", "total"), INTEGER),
        **dict.fromkeys(("earned", "would"), NUMERIC),
    },
    indexes=[("stage",)],
)
COMPARED = Table(
    "what_if_compared",
    key=("run_id", "payee_id"),
    columns={**dict.fromkeys(("run_id", "payee", "payee_id"), TEXT), "earned": NUMERIC, "would": NUMERIC, "difference": NUMERIC},
)


def changes(event: Recorded) -> Iterator[Change]:
    match event.data:
        case WhatIfRequested() as e:
            about: dict[str, Any] = {"plan_id": e.plan_id, "version": e.version, "first": e.first, "last": e.last}
            said = {"currency": e.plan.paid_in, "asked_by": e.by, "asked_on": e.occurred_on, "stage": Stage.RUNNING.value, "done": 0}
            yield Put((e.run_id,), TABLE.name, **about, **said)
        case WhatIfWentOn() as e:
            yield Set((e.run_id,), TABLE.name, done=e.done, total=e.total)
            for one in e.compared:
                difference = one.would - one.earned
                yield Put(
                    (e.run_id, one.payee_id), COMPARED.name, payee=e.payee.value, earned=one.earned, would=one.would, difference=difference
                )
        case WhatIfStopped() as e:
            yield Set((e.run_id,), TABLE.name, stage=Stage.STOPPED.value)
        case WhatIfResumed() as e:
            yield Set((e.run_id,), TABLE.name, stage=Stage.RUNNING.value)
        case WhatIfFinished() as e:
            yield Set((e.run_id,), TABLE.name, stage=Stage.FINISHED.value, earned=e.earned, would=e.would)


WHAT_IFS = View("what_ifs", version=2, of=OwnLog(events=WHAT_IF.events), tables=[TABLE, COMPARED], changes=changes)
