"""Reading a document as a struct: fast when it is right, and telling every fault of it when it is wrong."""

from collections.abc import Iterable
from typing import Any, Generic, TypeVar

import msgspec
from channel_terms import Reader, Wrong
from msgspec import Struct
from pydantic import ValidationError

from channel_service.commands.lenient import fewer_unknown, model_of

T = TypeVar("T", bound=Struct)


class Unfit(Exception):
    """The document is not what the struct asks for; ``errors`` are its faults, as pydantic describes them: all, but that of names that
    there are not `MOST_UNKNOWN` are told at most."""

    def __init__(self, errors: list[Any]) -> None:
        super().__init__(f"{len(errors)} faults")
        self.errors = errors


class Form(Generic[T]):
    """How documents become ``cls``. Fields named in ``given`` are not the document's to say: they come from beside it, like a path."""

    def __init__(self, cls: type[T], given: Iterable[str] = ()) -> None:
        self.cls = cls
        self.given = frozenset(given)
        self.model = model_of(cls, self.given)
        self._reader = Reader(cls)

    def read(self, document: Any, given: dict[str, Any] | None = None) -> T:
        """The struct; `Unfit` when the document is none. The document may be changed."""
        if not isinstance(document, dict) or (self.given and not self.given.isdisjoint(document)):
            raise self._unfit(document)
        try:
            return self._reader.read(document | given if given else document)
        except (Wrong, msgspec.ValidationError, RecursionError) as fault:
            raise self._unfit(document, fault, given) from None

    def _unfit(self, document: Any, fault: Exception | None = None, given: dict[str, Any] | None = None) -> Unfit:
        whole = document | given if given and isinstance(document, dict) else None
        for model, shown in ((self.model, document), (model_of(self.cls), whole)):
            try:
                if shown is not None:
                    model.model_validate(fewer_unknown(shown, model))
            except ValidationError as error:
                return Unfit(error.errors(include_url=False))
        # What is left is said by the struct as a whole (its ``__post_init__``). Both read by the same limits (test_forms.py tries them
        # against each other); should they ever disagree, it is refused all the same.
        return Unfit([{"type": "value_error", "loc": (), "msg": str(fault), "input": None, "ctx": {"error": fault and fault.__cause__}}])
