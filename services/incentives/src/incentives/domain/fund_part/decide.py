"""What may be done with a partner's part of a fund. Nobody approves what he asked for, nothing is promised that is not there, nothing is
claimed that was not promised, and nothing is paid twice."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from channel_events.pure import Decider, Known, Rejected, tell
from channel_terms import happened_on
from msgspec.structs import replace

from incentives.domain.days import in_order
from incentives.domain.fund.words import FundTerms
from incentives.domain.fund_part.claims import decide_claim
from incentives.domain.fund_part.commands import (
    ApproveFundRequest,
    DenyFundRequest,
    EndFundRequest,
    ExpirePart,
    OpenPart,
    PartCommand,
    ReportActivity,
    RequestFund,
)
from incentives.domain.fund_part.events import (
    EVENTS,
    ActivityHeld,
    FundAllocated,
    FundExpired,
    FundPartClosed,
    FundPartOpened,
    FundRequestApproved,
    FundRequestDenied,
    FundRequested,
    FundRequestEnded,
    PartEvent,
)
from incentives.domain.fund_part.state import FundPart, RequestStatus, evolve
from incentives.domain.fund_part.telling import checked_payable, four_eyes, moving, open_request
from incentives.domain.portion import portion_of
from incentives.domain.words import ZERO


def decide(command: PartCommand, part: FundPart, known: Known) -> Iterator[PartEvent]:
    for event in _decided(command, part, known):
        told, part = _posted(event, part)
        yield told
    left = part.standing.available
    if part.terms is not None and part.expired_on is not None and left > 0:
        # What is free again when the time is over is nobody's to use.
        yield _posted(_expired(command, part.terms, known.today, left), part)[0]


def _posted(event: PartEvent, part: FundPart) -> tuple[PartEvent, FundPart]:
    """The event with what it comes to in the ledger, and the part behind it."""
    after = evolve(part, event)
    if hasattr(event, "postings"):
        event = replace(event, postings=after.standing.postings(part.standing, after.currency))
    return event, after


def _decided(command: PartCommand, part: FundPart, known: Known) -> Iterator[PartEvent]:
    if isinstance(command, OpenPart):
        yield from _allocate(command, part)
        return
    if part.terms is None:
        raise Rejected("fund_part_unknown", fund_id=command.fund_id, partner_id=command.partner_id)
    match command:
        case RequestFund():
            yield from _request(command, part, part.terms, known)
        case ApproveFundRequest():
            yield from _approve(command, part, part.terms, known)
        case DenyFundRequest():
            yield from _deny(command, part, known)
        case EndFundRequest():
            yield from _end(command, part, known)
        case ReportActivity():
            yield from _report(command, part, known)
        case ExpirePart():
            yield from _expire(command, part, part.terms, known)
        case _:
            yield from decide_claim(command, part, part.terms, known)


def _allocate(c: OpenPart, part: FundPart) -> Iterator[PartEvent]:
    available = part.standing.available
    if c.amount == 0 or available + c.amount < 0:
        raise Rejected("fund_exceeded", fund_id=c.fund_id, partner_id=c.partner_id, available=available, amount=c.amount)
    if part.expired_on is not None:
        raise Rejected("fund_over", fund_id=c.fund_id, first=c.terms.first, last=c.terms.last)
    if part.terms is None:
        yield tell(FundPartOpened, c, occurred_on=c.on)
    yield moving(FundAllocated, c, currency=c.terms.currency, last=c.terms.last, occurred_on=c.on)


def _request(c: RequestFund, part: FundPart, terms: FundTerms, known: Known) -> Iterator[PartEvent]:
    on = happened_on(c.on, known)
    if (request := part.requests.get(c.request_id)) is not None:
        said = (c.activity, c.title, c.starts, c.ends, c.amount)
        if (request.told.activity, request.told.title, request.told.starts, request.told.ends, request.told.amount) != said:
            raise Rejected("fund_request_exists", request_id=c.request_id)
        return
    _in_time(c, part, terms, on)
    checked_payable(c.amount, terms.currency)
    if terms.activities and c.activity not in terms.activities:
        raise Rejected("fund_activity_not_eligible", activity=c.activity, activities=", ".join(terms.activities))
    in_order(c.starts, c.ends)
    if not (terms.first <= c.starts and c.ends <= terms.claims_until):
        raise Rejected("fund_activity_outside", first=terms.first, last=terms.claims_until)
    yield tell(FundRequested, c, by=c.by or "", occurred_on=on)


def _approve(c: ApproveFundRequest, part: FundPart, terms: FundTerms, known: Known) -> Iterator[PartEvent]:
    request, on = open_request(c, part, RequestStatus.REQUESTED, RequestStatus.APPROVED), happened_on(c.on, known)
    amount = request.told.amount if c.amount is None else c.amount
    if request.status is RequestStatus.APPROVED:
        if amount != request.approved:
            raise Rejected("fund_request_step_wrong", request_id=c.request_id, status=request.status)
        return
    _in_time(c, part, terms, on)
    four_eyes(c, request.told.by)
    checked_payable(amount, terms.currency)
    available = part.standing.available
    if amount > min(available, request.told.amount):
        raise Rejected("fund_exceeded", fund_id=c.fund_id, partner_id=c.partner_id, available=available, amount=amount)
    yield moving(FundRequestApproved, c, amount=amount, by=c.by or "", occurred_on=on)


def _deny(c: DenyFundRequest, part: FundPart, known: Known) -> Iterator[PartEvent]:
    request = open_request(c, part, RequestStatus.REQUESTED, RequestStatus.DENIED)
    if request.status is RequestStatus.REQUESTED:
        four_eyes(c, request.told.by)
        yield tell(FundRequestDenied, c, by=c.by or "", occurred_on=happened_on(c.on, known))


def _end(c: EndFundRequest, part: FundPart, known: Known) -> Iterator[PartEvent]:
    request = open_request(c, part, RequestStatus.REQUESTED, RequestStatus.APPROVED, RequestStatus.ENDED)
    if request.status is not RequestStatus.ENDED:
        yield moving(FundRequestEnded, c, by=c.by or "", occurred_on=happened_on(c.on, known))


def _report(c: ReportActivity, part: FundPart, known: Known) -> Iterator[PartEvent]:
    request, on = open_request(c, part, RequestStatus.APPROVED), happened_on(c.on, known)
    if request.held is not None and (request.held.held_on, request.held.report) == (c.held_on, c.report):
        return
    if not request.told.starts <= c.held_on <= on:
        raise Rejected("fund_activity_outside", first=request.told.starts, last=on)
    yield tell(ActivityHeld, c, by=c.by or "", occurred_on=on)


def _expire(c: ExpirePart, part: FundPart, terms: FundTerms, known: Known) -> Iterator[PartEvent]:
    """What nobody was promised goes when the time of requests is over, what was promised and is not claimed when that of claims is."""
    today = known.today
    if part.expired_on is None and today > terms.last:
        for one in part.requests.values():
            if one.status is RequestStatus.REQUESTED:
                yield moving(FundRequestEnded, one.told, by="", occurred_on=today, reason=f"not approved until {terms.last}")
        left, carry = part.standing.available, terms.carry_over
        most = portion_of(part.allocated, carry.share, terms.currency) if carry is not None and c.into is not None else ZERO
        carried = min(left, most)
        yield _expired(c, terms, today, left, carried=carried, into=c.into if carried else None)
    if today > terms.claims_until and not part.closed:
        for one in part.requests.values():
            if one.status is RequestStatus.APPROVED:
                yield moving(FundRequestEnded, one.told, by="", occurred_on=today, reason=f"not claimed until {terms.claims_until}")
        yield tell(FundPartClosed, c, by="", occurred_on=today)


def _expired(
    c: PartCommand, terms: FundTerms, on: date, amount: Decimal, *, carried: Decimal = ZERO, into: str | None = None
) -> FundExpired:
    more = {"currency": terms.currency, "claims_until": terms.claims_until, "by": "", "occurred_on": on}
    return moving(FundExpired, c, amount=amount, carried=carried, into=into, **more)


def _in_time(c: RequestFund | ApproveFundRequest, part: FundPart, terms: FundTerms, on: date) -> None:
    if part.expired_on is not None or not terms.first <= on <= terms.last:
        raise Rejected("fund_over", fund_id=c.fund_id, first=terms.first, last=terms.last)


FUND_PART: Decider[PartCommand, FundPart, PartEvent] = Decider(
    "fund_part", initial=FundPart(), decide=decide, evolve=evolve, events=EVENTS, state=FundPart
)
