"""A file is named for what it declares: whoever looks for the view ``orders`` opens ``views/orders.py``, in every service."""

import ast
from collections.abc import Collection, Iterator

NAMED = {
    "views": ("View PartnerCopy", "name"),
    "domain": ("Decider", "name"),
    "kpis": ("Kpi", "name"),
    "connectors": ("Connector", "platform"),
}
"""By room: what is declared there, and the argument that names it when it is not the first one."""
VAGUE = frozenset(("base", "common", "core", "helpers", "misc", "shared", "stuff", "util", "utils"))


def wrong_names(module: str, shown: str, text: str, publishers: Collection[str]) -> Iterator[str]:
    """What is amiss with the name of a service's module, ``orders_inventory.views.orders``, a message each."""
    _, room, *rest = [*module.split("."), "", ""]
    file = rest[0]
    if vague := sorted(VAGUE & set(module.split("."))):
        yield f"{shown}: {vague[0]} says nothing: name it for what it holds"
    if room == "contracts" and file and file not in publishers:
        yield f"{shown}: contracts/ has a file per service whose events are read, named for it: {', '.join(sorted(publishers))}"
    kinds, argument = NAMED.get(room, ("", ""))
    for kind, name in _declared(text, kinds.split(), argument):
        if name != file:
            yield f"{shown}: {kind} {name!r} belongs into {room}/{name}.py"


def _declared(text: str, kinds: Collection[str], argument: str) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in kinds:
            values = [*node.args[:1], *(one.value for one in node.keywords if one.arg == argument)]
            yield from ((node.func.id, one.value) for one in values if isinstance(one, ast.Constant) and isinstance(one.value, str))
