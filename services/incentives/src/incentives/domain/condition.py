"""Which lines a rule is about: an expression in CEL over a flat context of texts and a few plain values, never over amounts.

The language is cut down to what a condition needs, in the environment itself: no macros, so nothing loops; no arithmetic, so nothing
grows; no regular expressions, whose cost is in their text. What is left takes a time bounded by the lengths of the expression and of the
texts, some microseconds (test_the_slowest_condition_is_quick), so no clock is needed, which a pure calculation could not ask.
"""

import re
from functools import lru_cache
from typing import Annotated, Any, TypeAlias

from cel_expr_python import cel  # import-rule: what an expression is worth is a function of it and of the context, and of nothing else
from channel_terms import Written, Wrong
from msgspec import Meta

CONTEXT: dict[str, tuple[Any, str]] = {
    "partner_id": (cel.Type.STRING, "who ordered"),
    "sales_rep": (cel.Type.STRING, "who sold it"),
    "channel_type": (cel.Type.STRING, "of the partner when it ordered, like segment and territory"),
    "segment": (cel.Type.STRING, "empty where there is none"),
    "territory": (cel.Type.STRING, "its code"),
    "sku": (cel.Type.STRING, "the product"),
    "category": (cel.Type.STRING, "of the product"),
    "source": (cel.Type.STRING, "of the order's number"),
    "warehouse": (cel.Type.STRING, "where it was served from"),
    "units": (cel.Type.INT, "of the line; less than 0 where it is taken back"),
    "first_purchase": (cel.Type.BOOL, "whether the partner had never ordered before"),
}
"""What a condition may ask, by name."""

FUNCTIONS = (
    "_&&_",
    "_||_",
    "!_",
    "_==_",
    "_!=_",
    "_<_",
    "_<=_",
    "_>_",
    "_>=_",
    "_?_:_",
    "@in",
    "startsWith",
    "endsWith",
    "contains",
    "size",
)
_CONFIG = "stdlib:\n  disable_macros: true\n  include_functions:\n" + "".join(f'    - name: "{name}"\n' for name in FUNCTIONS)
_ENVIRONMENT = cel.NewEnv(config=cel.NewEnvConfigFromYaml(_CONFIG), variables={name: type_ for name, (type_, _) in CONTEXT.items()})

MAX_LENGTH = 500


@lru_cache(maxsize=1024)
def compiled(expression: str) -> Any:
    """`Wrong` for what is no condition: another language, a name that is not in the context, a value that is neither true nor false."""
    try:
        made = _ENVIRONMENT.compile(expression)
    except RuntimeError as error:
        said = re.sub(r"\s+", " ", str(error).partition("ERROR:")[2].split("\n")[0] or str(error))
        raise Wrong(f"is no condition: {said.strip()}", f"不是有效的条件：{said.strip()}") from None
    if made.return_type() != cel.Type.BOOL:
        raise Wrong("has to be true or false", "条件的结果应为真或假")
    return made


def _read(value: Any) -> Any:
    if isinstance(value, str) and 0 < len(value) <= MAX_LENGTH:
        compiled(value)
    return value


Condition: TypeAlias = Annotated[
    str,
    Meta(
        max_length=MAX_LENGTH,
        description="In CEL, without macros, arithmetic and regular expressions; empty is every line. It may ask "
        + "; ".join(f"{name} ({said})" for name, (_, said) in CONTEXT.items()),
        examples=["category == 'Bikes' && channel_type in ['store', 'dealer']"],
    ),
    Written(_read),
]


class Eligible:
    """Whether a rule is about a line; ``asked`` is what the condition looks at. Lines that are alike in that are asked once."""

    def __init__(self, expression: str) -> None:
        self._made = compiled(expression) if expression else None
        # A name in a text only makes it ask more often.
        self.asked = sorted(set(re.findall(r"\w+", expression)) & CONTEXT.keys())
        self._known: dict[tuple[Any, ...], bool] = {}

    def holds(self, line: Any) -> bool:
        """Of a line, or of whatever has what is asked."""
        if self._made is None:
            return True
        values = tuple([getattr(line, name) for name in self.asked])
        answer = self._known.get(values)
        if answer is None:
            answer = bool(self._made.eval(data=dict(zip(self.asked, values, strict=True))).value())
            if len(self._known) < REMEMBERED:
                self._known[values] = answer
        return answer


REMEMBERED = 100_000
"""How many kinds of lines an answer is kept for: any number of them would fill the memory, and it is quick anyway."""
