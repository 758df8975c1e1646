"""Python on the pages is Python: each block compiles and imports what there is; those marked ``python run`` run and do what is said.

A page leaves out what its reader has before: the libraries' names, the events of its example. That is given here, by page.
"""

import ast
import base64
import hmac
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import channel_events
import pytest
from channel_terms import Span
from channel_testing import feed, given, on, recorded
from qudao_checks.markdown import Block, blocks
from qudao_checks.sources import ROOT

PAGES = sorted([*(ROOT / "docs").rglob("*.md"), *ROOT.glob("services/*/README.md"), *ROOT.glob("deploy/*/README.md")])
BLOCKS = [
    pytest.param(block, id=f"{page.relative_to(ROOT)}:{block.line}")
    for page in PAGES
    for block in blocks(page.read_text("utf-8"))
    if block.info.split(" ")[0] == "python"
]
RUN = {
    page.stem: found
    for page in (ROOT / "docs/how-to").glob("*.md")
    if (found := [block for block in blocks(page.read_text("utf-8")) if block.info == "python run"])
}
DAY = date(2026, 3, 1)


def parsed(text: str) -> ast.Module:
    """The block; an ``await`` or ``return`` of a function that it only shows a part of is one's own to complete."""
    inside = "async def shown():\n" + "".join(f"    {line}\n" for line in text.splitlines())
    for one in (text, inside):
        try:
            compile(one, "shown", "exec")
        except SyntaxError:
            continue
        return ast.parse(one)
    raise SyntaxError(text)


@pytest.mark.parametrize("block", BLOCKS)
def test_a_block_compiles_and_imports_what_there_is(block: Block) -> None:
    for node in ast.walk(parsed(block.text)):
        if isinstance(node, ast.ImportFrom):
            there = import_module(node.module or "")
            assert [name.name for name in node.names if not hasattr(there, name.name)] == []


def test_what_is_no_python_or_imports_what_there_is_not_is_found() -> None:
    with pytest.raises(SyntaxError):
        parsed("PARTNERS = View(\n")
    with pytest.raises(AssertionError):
        test_a_block_compiles_and_imports_what_there_is(Block("python", 1, "from channel_events import Viewer\n"))


GIVEN = """
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any
from channel_events import *
from msgspec import Struct
"""
AGREED = """
@event("agreement_signed")
class AgreementSigned(Struct, frozen=True):
    text: str

EVENTS, Agreement, AgreementCommand, AgreementEvent = [AgreementSigned], str, AgreementSigned, AgreementSigned

def decide(command, agreement, known):
    if agreement != command.text:
        yield command

def evolve(agreement, event):
    return event.text
"""
HELD = """
@event("partner_suspended", public=True)
class PartnerSuspended(Struct, frozen=True):
    partner_id: str
    occurred_on: date

class ReleaseHolds(Struct, frozen=True):
    cause: str
    on: date

HOLDS = Decider("holds", initial=0, decide=lambda command, held: [], evolve=lambda held, event: held, events=[])
"""
PUSHED = """
from orders_inventory.connectors.connector import Delivery
from orders_inventory.connectors.meaning import Meaning
from orders_inventory.connectors.signing import from_base64, signer
from orders_inventory.domain.source import SourceSettings
"""


def suspensions_come_and_go(page: SimpleNamespace) -> None:
    suspended = recorded(page.PartnerSuspended(partner_id="p", reason="unpaid", occurred_on=DAY), stream="partner/p", position=1)
    back = recorded(page.PartnerReinstated(partner_id="p", occurred_on=DAY), stream="partner/p", position=2)
    assert feed(page.SUSPENSIONS, suspended).rows() == [{"partner_id": "p", "since": DAY, "reason": "unpaid"}]
    assert feed(page.SUSPENSIONS, suspended, back).rows() == []


def holds_are_released(page: SimpleNamespace) -> None:
    event = recorded(page.PartnerSuspended("p", DAY), stream="partner/p")
    assert on(page.RELEASE_HOLDS, event) == [channel_events.On(page.HOLDS, "p", page.ReleaseHolds(event.id, DAY))]


def an_agreement_is_decided(page: SimpleNamespace) -> None:
    signed = page.AgreementSigned("10 %")
    given(page.AGREEMENT).when(signed).then(signed)
    given(page.AGREEMENT, signed).when(signed).then_nothing()


def a_signature_tells_its_key(page: SimpleNamespace) -> None:
    signature = base64.b64encode(hmac.digest(b"second", b"{}", "sha256")).decode()
    delivery = page.Delivery({"x-shop-signature": signature}, b"{}")
    now = datetime.now(UTC)
    assert page.signed_by(delivery, ["first", "second"], now) == 1
    assert page.signed_by(delivery, ["first"], now) is None


def the_kpi_is_one(page: SimpleNamespace) -> None:
    assert (page.KPI.name, page.KPI.version) == ("return_share", 1)


def what_is_beyond_is_paid(page: SimpleNamespace) -> None:
    terms = page.Beyond(free=Decimal(1000), rate=Decimal("0.05"))
    pot = page.Pot(payee_id="p", part="", span=Span(DAY, DAY), base=Fraction(1200), baseline=Fraction(), lines=[], counted=len)
    assert [one.amount for one in page.BEYOND.rate(terms, pot)] == [10]
    pot.base = Fraction(1000)
    assert list(page.BEYOND.rate(terms, pot)) == []


TRUE: dict[str, tuple[str, Callable[[SimpleNamespace], None]]] = {
    "add-a-connector": (PUSHED, a_signature_tells_its_key),
    "add-a-kpi": ("", the_kpi_is_one),
    "add-a-reaction": (HELD, holds_are_released),
    "add-a-rule-type": ("", what_is_beyond_is_paid),
    "add-a-view": ("from partner_registry.domain.partner import PartnerReinstated, PartnerSuspended", suspensions_come_and_go),
    "add-an-aggregate": (AGREED, an_agreement_is_decided),
}
"""What a page takes for given, and what has to hold after its blocks."""


def ran(page: str) -> Iterator[str]:
    yield GIVEN + TRUE[page][0]
    yield from (block.text for block in RUN[page])


@pytest.mark.parametrize("page", RUN)
def test_what_is_marked_to_run_does_what_the_page_says(page: str) -> None:
    names: dict[str, Any] = {"__name__": page}
    for text in ran(page):
        exec(compile(text, page, "exec"), names)
    TRUE[page][1](SimpleNamespace(**names))


def test_every_page_that_runs_is_looked_at() -> None:
    assert RUN.keys() == TRUE.keys()
