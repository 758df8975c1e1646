"""What the README of each service lists: its routes, the events it makes public, and those of others that it reads."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from channel_events import Topic
from channel_events.pure import event_type
from channel_operate import installed
from channel_service import Service, Settings, create_app

from qudao_checks.contracts.schemas import schema_of

BEGIN, END = "<!-- made by make docs: begin -->", "<!-- made by make docs: end -->"
_MADE = re.compile(rf"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)


def pages() -> dict[Path, str]:
    """The README of each service with its lists as the code has them."""
    paths = ((one.folder / "README.md", one.load()) for one in installed())
    return {path: _page(path.read_text("utf-8"), lists(service)) for path, service in paths}


def _page(text: str, made: str) -> str:
    """The page with the lists between its marks; at its end when it has no marks yet."""
    part = f"{BEGIN}\n{made}{END}"
    return _MADE.sub(lambda _: part, text) if _MADE.search(text) else f"{text.rstrip()}\n\n{part}\n"


def lists(service: Service) -> str:
    return "\n".join([*_routes(service), "", *_events_out(service), "", *_events_in(service), ""])


def _routes(service: Service) -> Iterator[str]:
    yield from ("## Routes", "", "| route | | who |", "|---|---|---|")
    document = create_app(service, Settings.model_construct(role="api")).openapi()
    for path, methods in sorted(document["paths"].items()):
        for method, operation in methods.items():
            who = ", ".join(operation.get("x-roles", [])) or "without a token"
            yield f"| `{method.upper()} {path}` | {_cell(operation.get('summary', ''))} | {who} |"


def _events_out(service: Service) -> Iterator[str]:
    classes = dict.fromkeys(cls for decider in service.deciders for cls in decider.events)
    declared = sorted((event_type(cls) for cls in classes), key=lambda one: one.type)
    yield from ("## Events out", "")
    public = [one for one in declared if one.public]
    if public:
        yield from ("| event | meaning |", "|---|---|")
        folder = service.name.replace("-", "_")
        for one in public:
            meaning = schema_of(service.name, one).get("description", "")
            yield f"| [{one.type}](../../contracts/{folder}/{one.type}.schema.json) | {_cell(meaning)} |"
    else:
        yield "None yet."
    if private := [f"`{one.type}`" for one in declared if not one.public]:
        yield from ("", f"For itself alone: {', '.join(private)}.")


def _events_in(service: Service) -> Iterator[str]:
    yield from ("## Events in", "")
    rows = sorted((source, who, types) for who, source, types in _readers(service))
    if rows:
        yield from ("| of | by | events |", "|---|---|---|")
        yield from (f"| {source} | {who} | {', '.join(f'`{type_}`' for type_ in types)} |" for source, who, types in rows)
    else:
        yield "None."


def _readers(service: Service) -> Iterator[tuple[str, str, list[str]]]:
    reading: list[tuple[str, Any]] = [(f"view {view.name}", source) for view in service.views for source in view.sources]
    reading += [(f"reaction {reaction.name}", reaction.source) for reaction in service.reactions]
    for who, source in reading:
        if isinstance(source, Topic):
            yield who, source.name, sorted(source.registry.types) or ["*"]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("``", "`").replace("|", "\\|")
