"""What a payee earns by a version of a plan, worked out of the facts there are."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from channel_events import Log, Rejected
from sqlalchemy.ext.asyncio import AsyncConnection

from incentives.application.facts import told_of
from incentives.application.plans import find_plan
from incentives.domain.calculation import Entry, calculate, explained
from incentives.domain.calculation.sharing import member_kind
from incentives.domain.exact import text
from incentives.domain.ledger.writing import Owner
from incentives.domain.plan.document import Payee, PlanDocument


async def rated_plan(log: Log, plan_id: str, version: int) -> PlanDocument:
    """The approved version, for the days on which it is in force; ``plan_unknown`` when there is none."""
    plan, _ = await find_plan(log, plan_id)
    found = plan.rated(version)
    if found is None:
        raise Rejected("plan_unknown", plan_id=plan_id, version=version)
    return found


async def entries_of(
    reading: AbstractAsyncContextManager[AsyncConnection],
    plan_id: str,
    version: int,
    plan: PlanDocument,
    owner: Owner,
    today: date | None = None,
) -> list[Entry]:
    """The payee's entries, those that pay nothing too."""
    found = await with_shares(reading, plan_id, version, plan, owner, today)
    return [one for one in found if owner.earns(one)]


async def with_shares(
    reading: AbstractAsyncContextManager[AsyncConnection],
    plan_id: str,
    version: int,
    plan: PlanDocument,
    owner: Owner,
    today: date | None = None,
) -> list[Entry]:
    """The payee's entries, and the shares that others have in them; of one snapshot of the facts, which are not only its own:
    ``reading`` sees all."""
    async with reading as read:
        told = await told_of(read, [plan], owner.payee, owner.payee_id)
    # Beside the loop: of a large payee it takes seconds.
    return await asyncio.to_thread(lambda: own_and_shared(calculate(plan_id, version, plan, told.now(today)), owner))


def own_and_shared(entries: Sequence[Entry], owner: Owner) -> list[Entry]:
    own = {one.entry_id for one in entries if owner.earns(one)}
    return [one for one in entries if one.entry_id in own or one.pool in own]


class EntryName(NamedTuple):
    """What an entry's id names; ``kind`` is None where the payee is of the kind that the plan pays."""

    plan_id: str
    version: int
    kind: Payee | None
    payee_id: str


def entry_named(entry_id: str) -> EntryName:
    """``entry_unknown`` for what is no such id."""
    parts = entry_id.split("~")
    if len(parts) < 6 or not parts[1].isascii() or not parts[1].isdigit() or len(parts[1]) > 7:
        raise Rejected("entry_unknown", entry_id=entry_id)
    return EntryName(parts[0], int(parts[1]), member_kind(parts[3]), "~".join(parts[4:-1]))


def said(entry: Entry) -> tuple[list[str], list[str]]:
    """How it came to its amount, a step each, in English and Chinese."""
    texts = explained(entry)
    return [one.en for one in texts], [one.zh for one in texts]


def exact(value: Fraction) -> str:
    return text(value)
