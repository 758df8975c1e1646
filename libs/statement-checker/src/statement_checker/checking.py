"""Reading the file, entry by entry, and telling all that is wrong in it."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from statement_checker.earning import Earnings
from statement_checker.owing import KINDS, Owing
from statement_checker.postings import posted_wrong

FORMAT = "qudao-statement/1"
GENESIS = "0" * 64
PAYMENTS = {"payment_ordered", "payout_confirmed", "payout_failed", "amount_written_off"}
KNOWN = {*KINDS, *PAYMENTS, "lines_counted", "statement_issued"}


@dataclass
class Report:
    """``findings``: what is wrong, a line each. ``head`` is the hash of the statement's own entry, ``payable`` by currency what it says."""

    statement_id: str = ""
    entries: int = 0
    head: str = ""
    payable: dict[str, str] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)


def check(lines: Iterable[str]) -> Report:
    """What is to be said of a file; whatever it holds, it is said and not raised."""
    report = Report()
    try:
        report.findings += _checked(iter(lines), report)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        report.findings.append(f"behind entry {report.entries}: not to be read ({type(error).__name__}: {error})")
    return report


def _checked(lines: Iterator[str], report: Report) -> Iterator[str]:
    head = json.loads(next(lines, "{}"))
    if head.get("format") != FORMAT:
        yield f"this is no statement of the format {FORMAT}"
        return
    report.statement_id = head["statement_id"]
    earnings, owing, before, last = Earnings(), Owing(), GENESIS, {}
    for line in lines:
        one = json.loads(line)
        what, entry = one["what"], one["entry"]
        report.entries += 1
        found = [*_linked(entry, head, report.entries, before), *posted_wrong(what, entry), *_about(what, entry, earnings, owing)]
        yield from (f"entry {report.entries} ({what}): {text}" for text in found)
        before, last = entry["hash"], {"what": what, **entry}
    yield from earnings.untold()
    if last.get("statement_id") != report.statement_id or last.get("what") != "statement_issued":
        yield f"it does not end with statement {report.statement_id}"
        return
    report.head, report.payable = before, {one["currency"]: one["payable"] for one in last["amounts"]}


def _linked(entry: dict[str, Any], head: dict[str, Any], number: int, before: str) -> Iterator[str]:
    plain = {name: value for name, value in entry.items() if name != "hash"}
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    if entry["hash"] != hashlib.sha256(text.encode()).hexdigest():
        yield "it was changed: its hash is another"
    if entry["previous"] != before:
        yield "it does not follow the entry before it"
    if entry["number"] != number:
        yield f"it is number {entry['number']}, and the {number}. of the file"
    if (entry["payee"], entry["payee_id"]) != (head["payee"], head["payee_id"]):
        yield "it is of another payee"


def _about(what: str, entry: dict[str, Any], earnings: Earnings, owing: Owing) -> Iterator[str]:
    if what not in KNOWN:
        yield "nobody knows what this is"
    elif what == "lines_counted":
        earnings.lines(entry)
    elif what == "statement_issued":
        yield from owing.stated(entry)
    elif what in PAYMENTS:
        yield from owing.paid(what, entry)
    else:
        if what != "adjustment_posted":
            yield from earnings.posted(entry)
        owing.posted(what, entry)
