"""What a payee earns, and how it came to that: down to the lines and the events that told of them."""

from collections.abc import Iterable, Set
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from channel_events import Rejected
from channel_service import BRAND, Allow, Amount, Caller, Code, LogDep, Role, RuntimeDep, SeenBy, Today
from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from incentives.api.as_caller import may_see
from incentives.api.plans import PlanId, VersionNumber
from incentives.application.earnings import entries_of, entry_named, exact, rated_plan, said, with_shares
from incentives.application.explaining import NoMore, no_more, posted
from incentives.domain.calculation.entry import Entry, Step
from incentives.domain.facts import Base, Line, Moment, Rate
from incentives.domain.ledger.differences import CountedIn
from incentives.domain.ledger.writing import Owner
from incentives.domain.plan.document import Payee
from incentives.views.movements import MOVEMENTS

router = APIRouter(tags=["earnings"], dependencies=[Allow(*BRAND, Role.PARTNER)])
PayeeId = Annotated[Code, Path(description="A partner, or a sales rep where the plan pays those.", examples=["p-1001"])]
EntryId = Annotated[str, Path(min_length=1, max_length=1000, examples=["dealer-2026~1~volume~~p-1001~2026-01-01"])]
Exact = Annotated[str, Field(examples=["2001.5"])]
"""A decimal number, or a fraction where it is none: 1/3."""


class EntryOut(BaseModel):
    """What a payee earns by one rule in one window."""

    entry_id: str = Field(examples=["dealer-2026~1~volume~~p-1001~2026-01-01"])
    rule_id: str = Field(examples=["volume"])
    rule_type: str = Field(examples=["slab"])
    part: str = Field(description="Of rules that have several for a window.", examples=["quarterly"])
    first: date
    last: date
    base: Base
    moment: Moment
    counted: Exact = Field(description="What the lines count, all together.")
    baseline: Exact = Field(description="With what it is compared; 0 where it is not.")
    amount: Amount
    en: list[str] = Field(description="How it came to its amount, a step each.", examples=[["tier 2 is reached: 2% of all 100000"]])
    zh: list[str] = Field(examples=[["达到第 2 档：全额 100000 按 2% 计"]])

    @classmethod
    def of(cls, entry: Entry) -> "EntryOut":
        en, zh = said(entry)
        names = ("entry_id", "rule_id", "rule_type", "part", "first", "last", "base", "moment", "amount")
        values = {name: getattr(entry, name) for name in names}
        return cls(**values, counted=exact(entry.counted), baseline=exact(entry.baseline), en=en, zh=zh)


class PayeeOut(BaseModel):
    """What a payee earns by a version of a plan, as the facts are now. No statement: nothing of it is owed yet."""

    plan_id: str = Field(examples=["dealer-2026"])
    version: int
    payee: Payee
    payee_id: str = Field(examples=["p-1001"])
    currency: str = Field(examples=["CNY"])
    amount: Amount
    entries: list[EntryOut] = Field(description="Those that pay nothing too: they say why.")


class ChangeOut(BaseModel):
    step: Step
    before: Exact
    after: Exact


class SliceOut(BaseModel):
    """``amount`` is ``base`` times ``rate``."""

    tier: int = Field(description="From 1; 0 where there is none.")
    start: Amount | None
    until: Amount | None
    base: Exact
    rate: Exact = Field(examples=["0.02"])
    amount: Exact


class RateOut(BaseModel):
    """One ``base`` was ``rate`` of ``quote``, as told for the day ``on``."""

    model_config = ConfigDict(from_attributes=True)

    base: str = Field(examples=["USD"])
    quote: str = Field(examples=["CNY"])
    on: date
    rate: Amount

    @classmethod
    def of(cls, rate: Rate | None) -> "RateOut | None":
        return None if rate is None else cls.model_validate(rate)


LINE_NAMES = ("fact_id", "event_id", "order_id", "line_id")


class LineOut(BaseModel):
    """What it names of others' orders a partner does not see: empty texts stand for it."""

    fact_id: str = Field(examples=["0f1b6d5e-7a63-4c0e-9d0e-6f4a1f6f2b11/1/shipped"])
    event_id: str = Field(
        description="Of orders-inventory: its ``/v1/events/{event_id}`` shows it.", examples=["0f1b6d5e-7a63-4c0e-9d0e-6f4a1f6f2b11"]
    )
    order_id: str = Field(examples=["shop:1001"])
    line_id: str = Field(examples=["1"])
    on: date | None = Field(description="The day on which it counts; null where it does not any more.")
    share: Amount = Field(description="How much of it the payee is credited with: 1 is all of it.")
    through: list[str] = Field(description="By whom it came up to the payee, from its seller on.", examples=[["p-1002"]])
    exchanged: RateOut | None = Field(description="Of a line in another currency than the plan's.")
    counted: Amount

    @classmethod
    def of(cls, line: Line, base: Base, sees: Set[str] | None) -> "LineOut":
        own = sees is None or line.partner_id in sees
        return cls(
            **{name: getattr(line, name) if own else "" for name in LINE_NAMES},
            on=line.on,
            share=line.share,
            through=[one if own or one in (sees or ()) else "" for one in line.below],
            exchanged=RateOut.of(line.exchanged),
            counted=line.counted(base),
        )

    @classmethod
    def no_more(cls, line: CountedIn, own: bool) -> "LineOut":
        said = {"fact_id": line.fact_id, **{name: getattr(line.counted, name) for name in LINE_NAMES[1:]}}
        names: dict[str, str] = {name: value if own else "" for name, value in said.items()}
        return cls(**names, on=None, share=Decimal(0), through=[], exchanged=None, counted=line.counted.counted)


class PaymentOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    payout_id: str = Field(examples=["2026-02-a"])
    confirmed: Amount = Field(description="Of the whole statement.")
    bank_reference: str | None = Field(examples=["20260215-0815"])


class PostedOut(BaseModel):
    """A posting: what the entry came to more, or less, in the accounts of a period."""

    model_config = ConfigDict(from_attributes=True)

    number: int = Field(description="In the payee's ledger.")
    what: str = Field(examples=["earning_accrued"])
    period: str = Field(examples=["2026-01"])
    amount: Amount
    event_id: str = Field(examples=["0f1b6d5e-7a63-4c0e-9d0e-6f4a1f6f2b11"])
    statement_id: str | None = Field(description="Null until the period's statements are issued.", examples=["partner~p-1001~2026-01"])
    payments: list[PaymentOut] = Field(description="Of that statement.")


class SharedOut(BaseModel):
    """What somebody gets of what the entry came to on some days."""

    payee: Payee
    payee_id: str = Field(examples=["ann"])
    first: date
    last: date
    share: Exact = Field(description="1 is all of it.", examples=["1/3"])
    amount: Amount
    entry_id: str = Field(examples=["dealer-2026~1~volume~,p-1001,sales_rep~ann~2026-01-01"])

    @classmethod
    def of(cls, entry: Entry) -> "SharedOut":
        names: dict[str, Any] = {name: getattr(entry, name) for name in ("payee", "payee_id", "first", "last", "amount", "entry_id")}
        return cls(**names, share=exact(entry.slices[0].rate))


class Explanation(BaseModel):
    """From the amount to the events, and to the payouts. The slices and, after them, the changes of their sum come to ``unrounded``, and
    that to the amount."""

    entry: EntryOut
    plan_id: str = Field(examples=["dealer-2026"])
    version: int
    payee: Payee
    payee_id: str = Field(examples=["p-1001"])
    currency: str = Field(examples=["CNY"])
    rounding: str = Field(examples=["half_up"])
    exchanged: RateOut | None = Field(description="Where it is paid in another currency than the plan's.")
    changes: list[ChangeOut]
    slices: list[SliceOut]
    unrounded: Exact
    earned_by: list[str] = Field(
        description="Of rules about what others pay: their entries; of a share: the entry of which it is one.",
        examples=[["dealer-2026~1~volume~~p-1001~2026-01-01"]],
    )
    shared: list[SharedOut] = Field(description="Who has which share of it. A partner sees its own.")
    lines_in_all: int
    lines: list[LineOut] = Field(description="In the order of their ids, from ``skip`` on.")
    posted: list[PostedOut] = Field(description="Oldest first; without a settlement nothing is.")

    @classmethod
    def of(
        cls, entry: Entry, shares: Iterable[Entry], posted: list[PostedOut], skip: int, limit: int, sees: Set[str] | None
    ) -> "Explanation":
        slices = [
            SliceOut(tier=s.tier, start=s.start, until=s.until, base=exact(s.base), rate=exact(s.rate), amount=exact(s.amount))
            for s in entry.slices
        ]
        lines = [LineOut.of(one, entry.base, sees) for one in entry.lines[skip : skip + limit]]
        return cls(
            entry=EntryOut.of(entry),
            plan_id=entry.plan_id,
            version=entry.version,
            payee=entry.payee,
            payee_id=entry.payee_id,
            currency=entry.currency,
            rounding=entry.rounding.value,
            exchanged=RateOut.of(entry.exchanged),
            changes=[ChangeOut(step=one.step, before=exact(one.before), after=exact(one.after)) for one in entry.changes],
            slices=slices,
            unrounded=exact(entry.unrounded),
            earned_by=list(entry.earned_by),
            shared=[SharedOut.of(one) for one in shares if sees is None or one.payee.partner_id(one.payee_id) in sees],
            lines_in_all=len(entry.lines),
            lines=lines,
            posted=posted,
        )

    @classmethod
    def no_more(cls, found: NoMore, owner: Owner, posted: list[PostedOut], skip: int, limit: int, sees: Set[str] | None) -> "Explanation":
        """Of an entry that was posted and taken back whole: it comes to nothing."""
        of, shown = found.said, found.lines[skip : skip + limit]
        names = ("entry_id", "rule_id", "rule_type", "part", "first", "last")
        said: dict[str, Any] = {name: getattr(of, name) for name in names}
        said |= {"counted": "0", "baseline": "0", "amount": Decimal(0), "base": Base(of.base), "moment": Moment(of.moment)}
        return cls(
            entry=EntryOut(**said, en=[found.words.en], zh=[found.words.zh]),
            plan_id=of.plan_id,
            version=of.version,
            payee=owner.payee,
            payee_id=owner.payee_id,
            currency=of.currency,
            rounding=of.rounding,
            exchanged=None,
            changes=[],
            slices=[],
            unrounded="0",
            earned_by=list(of.earned_by),
            shared=[],
            lines_in_all=len(found.lines),
            lines=[LineOut.no_more(one, sees is None or found.seller.get(one.counted.order_id) in sees) for one in shown],
            posted=posted,
        )


@router.get(
    "/v1/plans/{plan_id}/versions/{version}/payees/{payee_id}", dependencies=[SeenBy(MOVEMENTS)], summary="What a payee earns by a plan"
)
async def get_payee(
    plan_id: PlanId,
    version: VersionNumber,
    payee_id: PayeeId,
    log: LogDep,
    runtime: RuntimeDep,
    caller: Caller,
    today: Today,
    payee: Annotated[Payee | None, Query(description="Of the other kind, for what it has shares of; without it who the plan pays.")] = None,
) -> PayeeOut:
    """Of lines of the days on which the version is in force, worked out anew from the facts there are."""
    plan = await rated_plan(log, plan_id, version)
    owner = Owner(payee or plan.payee, payee_id)
    if not may_see(caller, owner.payee, await runtime.sees(caller, payee_id)):
        raise Rejected("plan_unknown", plan_id=plan_id, version=version)
    entries = await entries_of(runtime.reading_everything(), plan_id, version, plan, owner, today)
    amount = sum((one.amount for one in entries), Decimal(0))
    return PayeeOut(
        plan_id=plan_id,
        version=version,
        payee=owner.payee,
        payee_id=payee_id,
        currency=plan.paid_in,
        amount=amount,
        entries=[EntryOut.of(one) for one in entries],
    )


@router.get("/v1/explain/{entry_id}", dependencies=[SeenBy(MOVEMENTS)], summary="How an entry came to its amount")
async def explain(
    entry_id: EntryId,
    log: LogDep,
    runtime: RuntimeDep,
    caller: Caller,
    today: Today,
    skip: Annotated[int, Query(ge=0, le=10_000_000, description="Lines that are left out before the first.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000, description="How many lines at most.")] = 100,
) -> Explanation:
    """From the amount by the version of the rule, its slices and limits to the lines, and to the events that told of them; and to the
    periods in which it is posted, the statements that it is on, and how these were paid."""
    plan_id, version, kind, payee_id = entry_named(entry_id)
    plan = await rated_plan(log, plan_id, version)
    owner = Owner(kind or plan.payee, payee_id)
    if may_see(caller, owner.payee, await runtime.sees(caller, payee_id)):
        told = [PostedOut.model_validate(each) for each in await posted(runtime.reading(caller.scope), entry_id)]
        sees = await runtime.visible(caller)
        found = await with_shares(runtime.reading_everything(), plan_id, version, plan, owner, today)
        for one in found:
            if one.entry_id == entry_id:
                shares = [each for each in found if each.pool == entry_id]
                return Explanation.of(one, shares, told, skip, limit, sees)
        gone = await no_more(log, runtime.reading_everything, owner, entry_id)
        if gone is not None:
            return Explanation.no_more(gone, owner, told, skip, limit, sees)
    raise Rejected("entry_unknown", entry_id=entry_id)
