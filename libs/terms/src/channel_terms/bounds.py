"""All dates of a command at once, as its fields declare them: what a door looks at before anything is looked up."""

from collections.abc import Callable, Iterable
from datetime import date
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from msgspec import Struct

from channel_terms.days import Ahead, within

Check = Callable[[Any, date, str], None]
"""Of a value, today, and where it stands in the command."""


def check_days(command: Struct, today: date) -> None:
    """`Rejected` (``date_implausible``, with the ``field`` to blame) when a date that is declared by `Ahead`, also in a part of the
    command, is one that cannot be meant."""
    for check in _of_struct(type(command)):
        check(command, today, "")


@cache
def _of_struct(cls: type[Struct]) -> tuple[Check, ...]:
    hints = get_type_hints(cls, include_extras=True)
    return tuple(_field(name, check) for name in cls.__struct_fields__ if (check := _of(hints[name])) is not None)


def _field(name: str, check: Check) -> Check:
    return lambda struct, today, at: check(getattr(struct, name), today, f"{at}.{name}" if at else name)


def _of(annotation: Any) -> Check | None:
    """What is to be checked of a value with this annotation; None when it holds no such date."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        ahead = next((one for one in arguments[1:] if isinstance(one, Ahead)), None)
        return _of(arguments[0]) if ahead is None else _day(ahead)
    if origin in (Union, UnionType):
        return _whatever(arguments)
    if origin is tuple:
        each = _whatever(arguments)
        return None if each is None else _each(each)
    return _parts if isinstance(annotation, type) and issubclass(annotation, Struct) and _of_struct(annotation) else None


def _whatever(annotations: Iterable[Any]) -> Check | None:
    """Of one of several: a struct tells by itself which it is, and of dates there is one kind."""
    return next((check for one in annotations if (check := _of(one)) is not None), None)


def _day(ahead: Ahead) -> Check:
    def check(value: Any, today: date, at: str) -> None:
        if isinstance(value, date):
            within(value, ahead, today, field=at)

    return check


def _parts(value: Any, today: date, at: str) -> None:
    if isinstance(value, Struct):
        for check in _of_struct(type(value)):
            check(value, today, at)


def _each(check: Check) -> Check:
    def checked(value: Any, today: date, at: str) -> None:
        for number, one in enumerate(value):
            check(one, today, f"{at}[{number}]")

    return checked
