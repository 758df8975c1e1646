"""Funds and the partners' parts of them: what is given of a budget is a part's in the same write."""

from typing import Any

from channel_events import Ask, Due, DueIn, On, Rejected, Steps, Timer
from channel_service.files import KEPT_FILES, NameFiles

from incentives.domain.fund.budget import FUND, AllocateFund, BudgetGiven, Carry
from incentives.domain.fund_part.commands import ExpirePart, OpenPart, SubmitClaim
from incentives.domain.fund_part.decide import FUND_PART
from incentives.domain.fund_part.events import FundExpired
from incentives.domain.fund_part.state import FundPart
from incentives.views.funds import FUNDS, PART


def part_key(fund_id: str, partner_id: str) -> str:
    """A fund's id has no slash."""
    return f"{fund_id}/{partner_id}"


def allocating(c: AllocateFund) -> Steps:
    """The same reference again gives nothing again."""
    part: FundPart = (yield Ask(FUND_PART, part_key(c.fund_id, c.partner_id))).state
    if (amount := part.references.get(c.reference)) is not None:
        if amount != c.amount:
            raise Rejected("fund_allocation_exists", reference=c.reference)
        return
    for given in (yield On(FUND, c)):
        yield from _opening(given, c.reference, c.by or "")


def _opening(given: BudgetGiven, reference: str, by: str) -> Steps:
    terms = (yield Ask(FUND, given.fund_id)).state.opened.terms
    about: dict[str, Any] = {"fund_id": given.fund_id, "partner_id": given.partner_id, "carried_from": given.carried_from}
    part = OpenPart(**about, terms=terms, amount=given.amount, reference=reference, by=by, on=given.occurred_on)
    yield On(FUND_PART, part_key(given.fund_id, given.partner_id), part)


def submitting(c: SubmitClaim) -> Steps:
    """What a claim rests on is kept from then on: named in the same write, so nothing removes it in between."""
    if (yield On(FUND_PART, c)):
        files = tuple(one.sha256 for one in c.proofs)
        named_by = f"fund_claim/{c.fund_id}/{c.request_id}/{c.claim_id}"
        yield On(KEPT_FILES, c.partner_id, NameFiles(partner_id=c.partner_id, files=files, named_by=named_by))


def expiring(due: Due) -> Steps:
    """What is left over goes on in the fund that the terms name, if that is there by then, and open, and of the same currency."""
    fund_id, partner_id = due.key.split("/", 1)
    part: FundPart = (yield Ask(FUND_PART, due.key)).state
    into = None
    if part.terms is not None and part.terms.carry_over is not None and part.terms.carry_over.into != fund_id:
        name = part.terms.carry_over.into
        other = (yield Ask(FUND, name)).state.opened
        there: FundPart = (yield Ask(FUND_PART, part_key(name, partner_id))).state
        if other is not None and other.terms.currency == part.terms.currency and there.expired_on is None:
            into = name
    for told in (yield On(FUND_PART, due.key, ExpirePart(fund_id=fund_id, partner_id=partner_id, into=into))):
        if isinstance(told, FundExpired) and told.into is not None:
            moved: dict[str, Any] = {"partner_id": partner_id, "amount": told.carried, "carried_from": fund_id, "on": told.occurred_on}
            for given in (yield On(FUND, told.into, Carry(fund_id=told.into, **moved))):
                yield from _opening(given, f"carried over from {fund_id}", "")


EXPIRE_FUNDS = Timer("expire_funds", due=DueIn(FUNDS, at="due_at", table=PART), commands=expiring)
