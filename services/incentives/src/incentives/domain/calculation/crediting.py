"""Crediting: to which payees a line goes, how much of it to each, and through whom."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from operator import attrgetter

from msgspec.structs import replace

from incentives.domain.credits import CreditOn, Credits, CreditTo, Responsible, Share
from incentives.domain.facts import Line
from incentives.domain.plan.document import PlanDocument
from incentives.domain.words import Payee

SOLD_BY = {Payee.PARTNER: attrgetter("partner_id"), Payee.SALES_REP: attrgetter("sales_rep")}
Credited = tuple[str, Line]
"""A payee, and the line as it counts for it."""


class Crediting:
    """By one plan, of what is known. What is told of the other kind of payees is nothing to it."""

    def __init__(self, plan: PlanDocument, credits_: Credits) -> None:
        self._sold_by, self._overlays, self._by = SOLD_BY[plan.payee], plan.overlays, plan.credit_on
        self._splits = {(one.order_id, one.line_id): self._counting(one.shares) for one in credits_.splits if one.payee is plan.payee}
        self._responsible: dict[str, list[Responsible]] = {}
        for one in credits_.responsible:
            if one.payee is plan.payee and (self._overlays or not one.share.overlay):
                self._responsible.setdefault(one.territory, []).append(one)
        self._in = {one.territory: one.parent for one in credits_.within}
        self._links: dict[str, list[tuple[date, str | None]]] = {}
        for link in sorted((one for one in credits_.under if one.payee is plan.payee), key=lambda one: (one.payee_id, one.since)):
            self._links.setdefault(link.payee_id, []).append((link.since, link.above))
        self._areas: dict[tuple[str, date], list[Share]] = {}
        self.plain = not self._splits
        """Whether what is sold is simply its seller's."""

    def of(self, to: CreditTo, line: Line) -> Iterator[Credited]:
        """Who is credited, by rules that credit ``to``; each once, but for those above several who share a line."""
        if to is CreditTo.TERRITORY:
            yield from (_shared(one, line) for one in self._responsible_for(line.territory, self._day(line)))
            return
        for payee_id, own in self._direct(line):
            if to is not CreditTo.ABOVE:
                yield payee_id, own
            if to is not CreditTo.DIRECT:
                for above, below in self.above(payee_id, self._day(line)):
                    yield above, replace(own, below=below)

    def above(self, payee_id: str, day: date) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Everybody above on the day, the nearest first, each with those below it, from the payee up."""
        below: tuple[str, ...] = ()
        at: str | None = payee_id
        while at is not None:
            below = (*below, at)
            at = _holding(self._links.get(at, ()), day)
            if at is None or at in below:  # copies of moves that overtook each other may close a ring for a while
                return
            yield at, below

    def _direct(self, line: Line) -> Iterable[Credited]:
        if self._splits and (shares := self._split_of(line)) is not None:
            return [_shared(one, line) for one in shares]
        payee_id = self._sold_by(line)
        return [(payee_id, line)] if payee_id else []

    def _split_of(self, line: Line) -> Sequence[Share] | None:
        of_line = self._splits.get((line.order_id, line.line_id))
        return self._splits.get((line.order_id, "")) if of_line is None else of_line

    def _responsible_for(self, territory: str, day: date) -> Sequence[Share]:
        """Of the territories that a sale is in the smallest decides that somebody is responsible for; with overlays those that contain
        it count, too. Who is responsible for several of them is credited for the smallest."""
        if (found := self._areas.get((territory, day))) is None:
            nearest: dict[str, Share] = {}
            for area in _up(self._in, territory):
                for one in self._responsible.get(area, ()):
                    if one.first <= day <= one.last:
                        nearest.setdefault(one.share.payee_id, one.share)
                if nearest and not self._overlays:
                    break
            found = self._areas[territory, day] = sorted(nearest.values(), key=lambda one: one.payee_id)
        return found

    def _counting(self, shares: Iterable[Share]) -> list[Share]:
        return sorted((one for one in shares if self._overlays or not one.overlay), key=lambda one: one.payee_id)

    def _day(self, line: Line) -> date:
        return line.on if self._by is CreditOn.COUNTED or line.ordered_on is None else line.ordered_on


def _shared(share: Share, line: Line) -> Credited:
    return share.payee_id, line if share.share == 1 else replace(line, share=share.share)


def _up(parents: Mapping[str, str], territory: str) -> Iterator[str]:
    seen: set[str] = set()
    at: str | None = territory
    while at is not None and at not in seen:
        seen.add(at)
        yield at
        at = parents.get(at)


def _holding(links: Sequence[tuple[date, str | None]], day: date) -> str | None:
    if not links:
        return None
    begun = [above for since, above in links if since <= day]
    return begun[-1] if begun else links[0][1]
