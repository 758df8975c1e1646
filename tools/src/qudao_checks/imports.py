"""Who may import whom, read from the source: ``python -m qudao_checks.imports`` prints each import that no rule allows.

The rules are data in `rooms`. An import that has to break one says why on its own line: ``# import-rule: the reason``.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from qudao_checks.rooms import IMPURE, INSIDERS, KIT, LIBRARIES, OURS, PURE_PACKAGES, SERVICES, Room, doors, outside_rooms, room_of
from qudao_checks.sources import ROOT, python_files

ESCAPE = re.compile(r"#.*\bimport-rule: (?P<reason>\S.{9,})")


class Module(NamedTuple):
    """A module of ours: its dotted name, whether it is a package, its file and text; ``test`` for code under ``tests/``."""

    name: str
    package: bool
    path: str
    text: str
    test: bool = False

    @property
    def top(self) -> str:
        return self.name.split(".")[0]


class Import(NamedTuple):
    line: int
    target: str
    names: tuple[str, ...]


def imports_of(module: Module, tree: ast.Module) -> Iterator[Import]:
    """Each import with its absolute target; what is inside functions or ``if TYPE_CHECKING`` counts like the rest."""
    base = module.name if module.package else module.name.rpartition(".")[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield Import(node.lineno, name.name, ())
        elif isinstance(node, ast.ImportFrom):
            parent = base.rsplit(".", node.level - 1)[0] if node.level > 1 else base
            target = ".".join(part for part in (parent if node.level else "", node.module or "") if part)
            yield Import(node.lineno, target, tuple(name.name for name in node.names))


def violations(module: Module) -> Iterator[str]:
    """What the module imports (or, in pure rooms, calls) against the rules, a message each."""
    tree = ast.parse(module.text, module.path)
    lines = module.text.splitlines()
    found = []
    for one in imports_of(module, tree):
        found += [(one.line, reason) for target in _targets(one) if (reason := _refusal(module, one, target))]
    if _is_pure(module):
        found += [(line, f"calls {name}: time, ids and the world arrive in the command") for line, name in _impure_calls(tree)]
    for line, reason in dict.fromkeys(found):
        if not ESCAPE.search(lines[line - 1]):
            yield f"{module.path}:{line}: {module.name} {reason}"


def _targets(one: Import) -> list[str]:
    # `from partner_registry import domain` imports a room, `from channel_events import log` a module, though the target is the package.
    if one.target in SERVICES or one.target in LIBRARIES:
        parts = {name for name in one.names if one.target in SERVICES or name in _modules(one.target)}
        return [*([one.target] if parts != set(one.names) or not one.names else []), *(f"{one.target}.{name}" for name in sorted(parts))]
    return [one.target]


@cache
def _modules(library: str) -> frozenset[str]:
    folder = ROOT / "libs" / library.removeprefix("channel_") / "src" / library
    return frozenset(path.stem for path in folder.iterdir() if path.is_dir() or path.suffix == ".py")


def _refusal(module: Module, one: Import, target: str) -> str | None:
    top = target.split(".")[0]
    if reason := _reaches_inside(module, target):
        return reason
    if module.test:
        foreign = module.top in SERVICES and top in SERVICES and top != module.top
        return f"imports {target}: a service's tests know only their own service" if foreign else None
    if module.top in SERVICES:
        return _refusal_in_service(module, one, target)
    if top in OURS and top not in outside_rooms(module.top):
        return f"imports {target}: {module.top} may import only {', '.join(sorted(outside_rooms(module.top)))} of ours"
    if module.name.startswith("channel_events.pure") and not _pure_target(target):
        return f"imports {target}: the pure part knows only itself, msgspec and pure standard library"
    return None


def _reaches_inside(module: Module, target: str) -> str | None:
    top, _, rest = target.partition(".")
    if top == KIT and not module.test and module.top not in (KIT, "qudao_checks"):
        return f"imports {target}, which is for tests"
    if top not in LIBRARIES or top == module.top or INSIDERS.get(module.top) == top or not rest:
        return None
    if rest not in doors(top, module.top):
        return f"imports {target}: outside {top}, import from {top} or {', '.join(f'{top}.{door}' for door in doors(top, module.top))}"
    if rest == "testing" and not module.test and module.top != "qudao_checks":
        return f"imports {target}, which is for tests"
    return None


def _refusal_in_service(module: Module, one: Import, target: str) -> str | None:
    top, _, rest = target.partition(".")
    if top in SERVICES and top != module.top:
        return f"imports {target}: services never import each other; keep a tolerant model in contracts/ and a local copy"
    room = _room(module)
    here = _room_name(module)
    if room is None:
        return f"is in a room that {module.top} does not have: {here}"
    if top == module.top:
        there = rest.split(".")[0] if rest else "__init__"
        if there in room.rooms or there == here or there == "__init__":
            return None
        if there in room.classes_of:
            others = [name for name in one.names if not re.fullmatch(r"[A-Z]\w*[a-z]\w*", name)]
            return f"takes {', '.join(others)} from {there}: {here} may take only classes from it" if others else None
        return f"imports {target}: {here} may import {', '.join(sorted(room.rooms)) or 'nothing of its service'}"
    if top in LIBRARIES:
        if any(target == door or target.startswith(door + ".") for door in room.libraries):
            return None
        return f"imports {target}: of our libraries {here} may import {', '.join(sorted(room.libraries)) or 'nothing'}"
    if top in OURS:
        return f"imports {target}: a service knows nothing of the {top}"
    if room.packages is not None and top not in room.packages:
        return f"imports {target}: not among the packages for {here}"
    return None


def _room_name(module: Module) -> str:
    parts = module.name.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def _room(module: Module) -> Room | None:
    return room_of(module.top, _room_name(module))


def _is_pure(module: Module) -> bool:
    in_room = module.top in SERVICES and not module.test and _room_name(module) in ("domain", "contracts", "facts")
    return in_room or module.name.startswith("channel_events.pure")


def _pure_target(target: str) -> bool:
    return target.startswith("channel_events.pure") or target.split(".")[0] in PURE_PACKAGES


def _impure_calls(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (name := ".".join(ast.unparse(node.func).split(".")[-2:])) in IMPURE:
            yield node.lineno, name


def circles(modules: Iterable[Module]) -> Iterator[str]:
    """Rooms of one package that import each other, however far around: each import that is part of it, a message each."""
    found = [(module, one) for module in modules if not module.test for one in _inside(module)]
    leads: dict[str, set[str]] = {}
    for module, there in found:
        leads.setdefault(_place(module.name), set()).add(there)
    for module, there in found:
        here = _place(module.name)
        if here != there and here.count(".") and here in _reached(there, leads):
            yield f"{module.path}: {here} imports {there}, which imports it in turn: move what both need below them"


def _place(name: str) -> str:
    """The room of a module: ``channel_service.http`` of ``channel_service.http.body``."""
    return ".".join(name.split(".")[:2])


def _inside(module: Module) -> set[str]:
    """The rooms of its own package that a module imports."""
    targets = {target for one in imports_of(module, ast.parse(module.text)) for target in _targets(one)}
    return {_place(target) for target in targets if target.startswith(f"{module.top}.")} - {_place(module.name)}


def _reached(place: str, leads: dict[str, set[str]]) -> set[str]:
    seen, ahead = {place}, [place]
    while ahead:
        fresh = leads.get(ahead.pop(), set()) - seen
        seen |= fresh
        ahead += fresh
    return seen


def module_at(path: Path) -> Module | None:
    """The module a file holds; ``None`` for files that belong to no package of ours (benchmarks, ``conftest.py``)."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    text, shown = path.read_text("utf-8"), path.relative_to(ROOT).as_posix()
    if "src" in parts:
        name = parts[parts.index("src") + 1 :]
        package = name[-1] == "__init__"
        return Module(".".join(name[:-1] if package else name), package, shown, text)
    if len(parts) > 2 and "tests" in parts and (owner := _owner(parts)):
        return Module(f"{owner}.tests.{parts[-1]}", False, shown, text, test=True)
    return None


def _owner(parts: tuple[str, ...]) -> str | None:
    name = {"libs": f"channel_{parts[1]}", "deploy": f"qudao_{parts[1]}"}.get(parts[0], parts[1].replace("-", "_"))
    return name if name in OURS else None


def main() -> int:
    modules = [module for path in python_files() if (module := module_at(path))]
    found = [*(message for module in modules for message in violations(module)), *circles(modules)]
    for message in found:
        sys.stderr.write(message + "\n")
    sys.stdout.write(f"import rules: {len(modules)} modules, {len(found)} violations\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
