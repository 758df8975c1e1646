"""Rules about values as they were written, before they are read: what a struct's own limits cannot say."""

from collections.abc import Callable, Mapping
from typing import Any


class Wrong(ValueError):
    """What is wrong with a value, for people, in English and Chinese."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.en = en
        self.zh = zh


class Written:
    """Stands in a field's annotation: ``Annotated[Decimal, Written(amount)]``.

    ``read`` gets the value as the JSON document has it and returns what is to be read instead, or raises `Wrong`; a value of a kind
    that it does not know it returns as it is: the field's type refuses it. ``schema`` is the JSON Schema of what may be written,
    where that is not the type's own.
    """

    __slots__ = ("read", "schema")

    def __init__(self, read: Callable[[Any], Any], schema: Mapping[str, Any] | None = None) -> None:
        self.read = read
        self.schema = schema
