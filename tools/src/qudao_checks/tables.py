"""No service names a table of the library: its layout may change, and what a service asks of it has a name in channel_events."""

import ast
import re
from collections.abc import Iterator

from channel_events import schema

TABLES = tuple(re.findall(r"create table (\w+)", schema.TABLES))
_SQL = re.compile(r"\b(select|insert|update|delete|grant|create|alter|drop|truncate|copy|lock|with)\b", re.IGNORECASE)
_NAMED = re.compile(
    rf'\b(?:from|join|into|update|table|truncate|only|on|using|copy)\s+(?:public\.)?"?({"|".join(TABLES)})\b', re.IGNORECASE
)
_CALLS = {"table", "Table"}


def named_tables(shown: str, text: str) -> Iterator[str]:
    """Library tables in SQL texts and in ``sa.table(...)``, a message each; ``# table-rule: reason`` on the line excuses one."""
    lines = text.splitlines()
    for line, name in sorted(set(_found(ast.parse(text)))):
        if "table-rule: " not in lines[line - 1]:
            yield f"{shown}:{line}: names the library's table {name}; ask channel_events (current, versions, progress_query, ...)"


def _found(tree: ast.Module) -> Iterator[tuple[int, str]]:
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in _CALLS and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and first.value in TABLES:
                yield node.lineno, str(first.value)
        if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in documentation:
            written = _text(node)
            if _SQL.search(written):
                yield from ((node.lineno, name.lower()) for name in _NAMED.findall(written))


def _text(node: ast.Constant | ast.JoinedStr) -> str:
    """A string as it is written; what an f-string puts in is left open."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    return "".join(_text(part) if isinstance(part, ast.Constant) else "{}" for part in node.values)
