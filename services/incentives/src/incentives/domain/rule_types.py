"""The rule types there are, and how what a rule pays is written: ``{"flat": {"rate": "0.05"}}``, the type and its parameters."""

from copy import deepcopy
from typing import Annotated, Any, TypeAlias

import msgspec
from channel_events import discover  # import-rule: it finds modules of this very package, the same ones whenever it is asked
from channel_terms import AMOUNT_TEXT, Reader, Written, Wrong

from incentives.domain import rules
from incentives.domain.rule_type import RuleType

RULE_TYPES: dict[str, RuleType[Any]] = dict(discover(rules, RuleType))
_READERS = {name: Reader(one.parameters) for name, one in RULE_TYPES.items()}


def _read(value: Any) -> Any:
    """With every parameter said, those left out too: what is approved stays as it is when a default changes."""
    if not isinstance(value, dict) or len(value) != 1 or next(iter(value)) not in RULE_TYPES:
        known = ", ".join(sorted(RULE_TYPES))
        raise Wrong(
            f"has to be an object with one rule type and its parameters; there are {known}",
            f"应为只含一种规则类型及其参数的对象；可用类型：{known}",
        )
    name, parameters = next(iter(value.items()))
    if not isinstance(parameters, dict):
        raise Wrong(f"{name}: parameters are an object", f"{name}：参数应为对象")
    try:
        read = _READERS[name].read(deepcopy(parameters))
    except Wrong as wrong:
        raise Wrong(f"{name}: a value {wrong.en}", f"{name}：有值{wrong.zh}") from None
    except (msgspec.ValidationError, RecursionError) as error:
        raise Wrong(f"{name}: {error}", f"{name}：{error}") from None
    if faults := list(RULE_TYPES[name].faults(read)):
        raise Wrong(f"{name}: " + "; ".join(one.en for one in faults), f"{name}：" + "；".join(one.zh for one in faults))
    return {name: msgspec.to_builtins(read)}


def _schema() -> dict[str, Any]:
    """JSON Schema of all of it, with nothing to be looked up elsewhere."""
    return {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": False,
        "description": "What the rule pays: one rule type and its parameters.",
        "properties": {name: _described(one) for name, one in sorted(RULE_TYPES.items())},
        "examples": [{"flat": {"rate": "0.05"}}],
    }


def _described(one: RuleType[Any]) -> dict[str, Any]:
    (schema,), parts = msgspec.json.schema_components([one.parameters], ref_template="{name}")
    filled: dict[str, Any] = _filled(schema, parts)
    return filled | {"examples": [one.example]}


def _filled(schema: Any, parts: dict[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_filled(one, parts) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _filled(parts[schema["$ref"]], parts) | {name: one for name, one in schema.items() if name != "$ref"}
    if schema.get("format") == "decimal":
        # What msgspec says of a Decimal is not what is read: text or a whole number, never a fraction of binary digits.
        said = {name: one for name, one in schema.items() if name not in {"type", "format"}}
        return said | {"anyOf": [AMOUNT_TEXT, {"type": "integer"}]}
    # Python's end of a text; `$` also is before a line break there, in JSON Schema it is not.
    return {name: one.replace(r"\Z", "$") if name == "pattern" else _filled(one, parts) for name, one in schema.items()}


Pays: TypeAlias = Annotated[dict[str, Any], Written(_read, _schema())]
"""What a rule pays, as it is kept: the name of its type with all parameters."""


def read_pays(pays: dict[str, Any]) -> tuple[RuleType[Any], Any]:
    """The rule type and its parameters, of what is kept."""
    ((name, parameters),) = pays.items()
    return RULE_TYPES[name], msgspec.convert(parameters, RULE_TYPES[name].parameters)
