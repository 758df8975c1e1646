"""Parameters of an address that its route does not know are refused.

Left alone, ``?partnr=p-1`` is answered with everybody's rows, as if the filter held, and an import with ``?dryrun=true`` writes.
Of a parameter that is given twice and has one value only the last would count.
"""

from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from pydantic import BaseModel

from channel_service.problems.refusals import repeated_parameters, unknown_parameters


class Free:
    """A route that takes any parameters, those it does not know as well, because of ``why``."""

    def __init__(self, why: str) -> None:
        self.why = why

    async def __call__(self) -> None:
        """Nothing: it only declares."""


def AnyParameters(why: str) -> Any:  # noqa: N802 - like Open, read as a declaration: dependencies=[AnyParameters("...")]
    """A router's or route's dependency: what is asked of it beside what it knows is nobody's mistake."""
    if not why:
        raise ValueError("a route that takes any parameters says why")
    return Depends(Free(why))


class Parameters:
    """Of one route: the names that its query may have, those of its dependencies as well. Found at start, looked up per request."""

    def __init__(self, dependant: Dependant) -> None:
        found = dict(fields_of(dependant, "query_params"))
        self.known = frozenset(found)
        self.once = frozenset(name for name, annotation in found.items() if not _is_many(annotation))
        self.free = any(isinstance(one.call, Free) for one in dependant.dependencies)

    def check(self, request: Request) -> None:
        """`Rejected` for names that are not known, or given again where one value is taken."""
        if self.free:
            return
        given = request.query_params
        if not given.keys() <= self.known:
            raise unknown_parameters([name for name in given if name not in self.known], self.known)
        if len(pairs := given.multi_items()) > len(given):
            names = [name for name, _ in pairs]
            if again := [name for name in given if name in self.once and names.count(name) > 1]:
                raise repeated_parameters(again)


def fields_of(dependant: Dependant, kind: str) -> Iterator[tuple[str, Any]]:
    """Names and annotations of a route's ``query_params`` or ``path_params``, each as it is written in an address."""
    for field in getattr(dependant, kind):
        if isinstance(annotation := field.field_info.annotation, type) and issubclass(annotation, BaseModel):
            yield from ((info.alias or name, info.annotation) for name, info in annotation.model_fields.items())
        else:
            yield field.alias, annotation
    for one in dependant.dependencies:
        yield from fields_of(one, kind)


def bare(annotation: Any) -> Any:
    """An annotation without what is said beside it, and without ``None``: ``int`` of ``Annotated[int | None, ...]``."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return bare(get_args(annotation)[0])
    if origin in (Union, UnionType):
        others = [one for one in get_args(annotation) if one is not type(None)]
        return bare(others[0]) if len(others) == 1 else annotation
    return annotation


def _is_many(annotation: Any) -> bool:
    return (get_origin(bare(annotation)) or bare(annotation)) in (list, set, frozenset, tuple)
