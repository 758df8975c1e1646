"""Small safe expressions over a row's columns: text and exact decimals, no floats, no attributes, no loops.

``number(Quantity) * number(order.UnitPrice)``: a name is a column, ``order.UnitPrice`` the column of a join, ``col('Unit Price')`` one
whose name is not a word. Columns are text, an empty one ``''``.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from simpleeval import InvalidExpression, SimpleEval

from qudao_local.demo.datasets.report import BadValue, MappingError

LONGEST = 500
"""Characters."""
_LONGEST_TEXT = 10_000

_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: lambda left, right: _bounded(left + right),
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Mod: operator.mod,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda part, whole: part in whole,
    ast.NotIn: lambda part, whole: part not in whole,
    ast.USub: operator.neg,
    ast.Not: operator.not_,
}
_SYNTAX = (ast.Expression, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Call, ast.Name, ast.Load, ast.And, ast.Or)


def _bounded(value: Any) -> Any:
    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        raise BadValue(f"a text of more than {_LONGEST_TEXT} characters")
    return value


def _round(value: Decimal, digits: Decimal = Decimal(0)) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-int(digits)), ROUND_HALF_EVEN)


def slug(text: str) -> str:
    """``United Kingdom`` -> ``united-kingdom``: usable as a code."""
    return "-".join("".join(sign if sign.isalnum() else " " for sign in text.lower()).split())


def _whole(number: Decimal) -> int:
    if number != number.to_integral_value():
        raise BadValue(f"{number} is no place in a text")
    return int(number)


def _part(text: str, first: Decimal, last: Decimal | None = None) -> str:
    """The signs from ``first`` to ``last``, both included and counted from 1; to the end without a last one."""
    if first < 1:
        raise BadValue("signs of a text are counted from 1")
    return text[_whole(first) - 1 : None if last is None else _whole(last)]


def _split(text: str, separator: str, place: Decimal) -> str:
    """The piece at ``place``, from 1, or from the end with -1, -2; empty when there are not so many."""
    pieces, at = text.split(separator), _whole(place)
    at = at - 1 if at > 0 else len(pieces) + at if at < 0 else -1
    return pieces[at].strip() if 0 <= at < len(pieces) else ""


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "after": lambda text, separator: text.partition(separator)[2],
    "before": lambda text, separator: text.partition(separator)[0],
    "contains": lambda text, part: part in text,
    "first": lambda *values: next((value for value in values if value != ""), ""),
    "lower": str.lower,
    "max": max,
    "min": min,
    "one_of": lambda value, *others: value in others,
    "part": _part,
    "round": _round,
    "slug": slug,
    "split": _split,
    "upper": str.upper,
}
"""Besides these ``number(text[, default])`` and ``col('name')``."""


class Expression:
    """A checked expression; ``columns`` are the names it reads."""

    def __init__(self, source: str, place: str, number: Callable[[str], Decimal]) -> None:
        if len(source) > LONGEST:
            raise MappingError(f"{place}: an expression has at most {LONGEST} characters, this one {len(source)}")
        try:
            tree = ast.parse(source, mode="eval")
        except (SyntaxError, ValueError, RecursionError, MemoryError) as wrong:
            raise MappingError(f"{place}: {source!r} is not an expression: {wrong}") from None
        self.source = source
        self.columns: set[str] = set()
        self._functions = {**FUNCTIONS, "number": lambda text, default=None: _number(number, text, default)}
        self._body = ast.fix_missing_locations(_Checked(self, place, frozenset(self._functions)).visit(tree)).body
        self._evaluator = SimpleEval(operators=_OPERATORS, functions=self._functions)

    def __call__(self, cells: Mapping[str, str]) -> str | Decimal | bool:
        """Raises `BadValue` when the row's cells do not fit it."""
        self._evaluator.names = cells
        try:
            value = self._evaluator.eval(self.source, previously_parsed=self._body)
        except (InvalidExpression, TypeError, ValueError, ArithmeticError, AttributeError) as wrong:
            raise BadValue(f"{self.source!r} cannot be worked out: {wrong or type(wrong).__name__}") from None
        if not isinstance(value, str | Decimal | bool):
            raise BadValue(f"{self.source!r} gives neither text nor a number")
        return value


def _number(number: Callable[[str], Decimal], text: str | Decimal, default: Decimal | None) -> Decimal:
    if isinstance(text, Decimal):
        return text
    return default if text == "" and default is not None else number(text)


class _Checked(ast.NodeTransformer):
    """Lets only the listed syntax through, turns column references into plain names and number literals into decimals."""

    def __init__(self, expression: Expression, place: str, functions: frozenset[str]) -> None:
        self.expression = expression
        self.place = place
        self.functions = functions

    def visit(self, node: ast.AST) -> Any:
        match node:
            case ast.Constant(value=bool() | str()):
                return node
            case ast.Constant(value=int() | float() as literal):
                # The shortest text of the float is what was written, for any literal of up to 15 digits.
                return ast.Constant(value=Decimal(repr(literal)))  # type: ignore[arg-type]
            case ast.Attribute(value=ast.Name(id=join), attr=column):
                return self._column(f"{join}.{column}")
            case ast.Call(func=ast.Name(id="col"), args=[ast.Constant(value=str() as column)], keywords=[]):
                return self._column(column)
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in self.functions:
                return ast.Call(func=ast.Name(id=name, ctx=ast.Load()), args=[self.visit(argument) for argument in arguments], keywords=[])
            case ast.Name(id=column):
                return self._column(column)
            case ast.Call():
                known = ", ".join(sorted({*self.functions, "col"}))
                raise MappingError(f"{self.place}: {ast.unparse(node)!r} is no function of expressions; there are {known}")
            case _ if isinstance(node, _SYNTAX) or type(node) in _OPERATORS:
                return self.generic_visit(node)
            case _:
                raise MappingError(f"{self.place}: {type(node).__name__} is not allowed in an expression: {self.expression.source!r}")

    def _column(self, name: str) -> ast.Name:
        self.expression.columns.add(name)
        return ast.Name(id=name, ctx=ast.Load())
