"""The folder ``contracts/``: written from the code where that breaks nobody, compared with it otherwise."""

import json
from collections.abc import Iterator
from pathlib import Path

from qudao_checks.contracts import asyncapi
from qudao_checks.contracts.compatible import breaks
from qudao_checks.contracts.published import Consumed, Published
from qudao_checks.contracts.schemas import text_of

HEAD = """# Contracts: the published language

What each service promises of its public events: a JSON Schema of the event's `data`, and an example of the whole
event (CloudEvents 1.0, as JSON). `make contracts` makes the schemas, this page and [the AsyncAPI document](asyncapi.yaml)
from the code; the examples are written by hand once and stay.

An event only ever gains optional fields. Something with another meaning is another event: `order_placed.v2`.
Readers ignore fields and types they do not know. What stands under any-service comes from each service under its own
name: `metrics.log_restored`. Amounts are decimal text, exact, in the currency beside them; dates
are days of the brand's calendar.
"""


def schema_problems(root: Path, all_published: list[Published]) -> Iterator[str]:
    """Where ``contracts/`` and the code differ, and which of the differences nobody may make."""
    for one in all_published:
        path = root / f"{one.file}.schema.json"
        if not path.exists():
            yield f"{one.wire} has no schema: run make contracts"
        elif path.read_text("utf-8") != text_of(one.schema):
            yield from _refusals(path, one) or [f"contracts/{one.file}.schema.json is not the code's: run make contracts"]
    known = {one.file for one in all_published}
    for path in sorted(root.glob("*/*.json")):
        if (file := path.relative_to(root).as_posix().removesuffix(".json").removesuffix(".schema")) not in known:
            yield f"contracts/{path.relative_to(root)} belongs to no public event ({file}): logs still hold it, so its class must stay"


def _refusals(path: Path, one: Published) -> list[str]:
    found = breaks(json.loads(path.read_text("utf-8")), one.schema)
    name, version = one.declared.name, one.declared.version + 1
    advice = f'make it another event, @event("{name}", version={version}, public=True), and let evolve read both'
    return [f"{one.wire}: {what}; {advice}" for what in found]


def write(root: Path, all_published: list[Published], readers: list[Consumed]) -> tuple[list[str], list[str]]:
    """Writes what may be written; returns the files written and what was refused, which leaves its file as it was."""
    written, refused = [], []
    texts = _pages(root, all_published, readers)
    for one in all_published:
        path = root / f"{one.file}.schema.json"
        if path.exists() and (problems := _refusals(path, one)):
            refused += problems
        else:
            texts[f"{one.file}.schema.json"] = text_of(one.schema)
    for name, text in texts.items():
        path = root / name
        if not path.exists() or path.read_text("utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            written.append(f"contracts/{name}")
    return written, refused


def index(all_published: list[Published], readers: list[Consumed]) -> str:
    """The page that lists every event with its meaning and who reads it."""
    lines = [HEAD]
    for service in dict.fromkeys(one.service for one in all_published):
        lines += [f"## {service}", "", "| event | meaning | read by |", "|---|---|---|"]
        for one in (each for each in all_published if each.service == service):
            reading = ", ".join(sorted({each.reader for each in readers if each.wire == one.wire}))
            meaning = " ".join(str(one.schema.get("description", "")).split()).replace("``", "`").replace("|", "\\|")
            links = f"[{one.declared.type}]({one.file}.schema.json) ([example]({one.file}.json))"
            lines.append(f"| {links} | {meaning} | {reading} |")
        lines.append("")
    return "\n".join(lines)


def _pages(root: Path, all_published: list[Published], readers: list[Consumed]) -> dict[str, str]:
    return {"README.md": index(all_published, readers), asyncapi.NAME: asyncapi.text(root, all_published, readers)}


def index_problems(root: Path, all_published: list[Published], readers: list[Consumed]) -> Iterator[str]:
    for name, text in _pages(root, all_published, readers).items():
        if not (root / name).exists() or (root / name).read_text("utf-8") != text:
            yield f"contracts/{name} is not what the code says: run make contracts"
