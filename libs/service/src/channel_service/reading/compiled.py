"""SQLAlchemy's statements as asyncpg takes them: text and values. Each shape is compiled once; of a question only the values are new."""

from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.util import LRUCache

DIALECT: sa.Dialect = asyncpg.dialect()  # type: ignore[no-untyped-call]
_COMPILED: Any = LRUCache(500)


class Compiled(NamedTuple):
    sql: str
    values: list[Any]


def compiled(statement: sa.Executable) -> Compiled:
    """What SQLAlchemy would send of ``statement``, and with which values."""
    # What its own connections do with a statement, by the same cache key; there is no public name for it
    # (test_a_statement_is_compiled_once_whatever_its_values).
    element: Any = statement
    made, given, own, _ = element._compile_w_cache(DIALECT, compiled_cache=_COMPILED, column_keys=[])
    values = made.construct_params(extracted_parameters=given, escape_names=False, _collected_params=own)
    sql, names, processors = made.string, made.positiontup or (), made._bind_processors
    if made.literal_execute_params or made.post_compile_params:
        expanded = made._process_parameters_for_postcompile(values)
        sql, names, values = expanded.statement, expanded.positiontup, expanded.parameters
        processors = {**processors, **expanded.processors}
    if processors:
        values = {name: processors[name](value) if name in processors else value for name, value in values.items()}
    return Compiled(sql, [values[name] for name in names])
