"""Things that are there because their file is: the KPIs of a room, its connectors, its senders."""

import pkgutil
from collections.abc import Mapping
from importlib import import_module
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")


def discover(room: ModuleType, kind: type[T], *, called: str = "name", helpers: bool = False) -> Mapping[str, T]:
    """What the modules of a room define, a module the one thing that is called as it is (by the attribute ``called``), by that name.

    ``TypeError`` for a module that defines things of this kind by other names only, and, without ``helpers``, for one that
    defines none: a file that nobody finds would be a feature that silently is not there.
    """
    found: dict[str, T] = {}
    for module in pkgutil.iter_modules(room.__path__):
        loaded = import_module(f"{room.__name__}.{module.name}")
        own = [one for one in vars(loaded).values() if isinstance(one, kind)]
        named = [one for one in own if getattr(one, called) == module.name]
        if helpers and not own:
            continue
        if len(named) != 1:
            raise TypeError(f"{loaded.__name__} has to define {kind.__name__}, named {module.name!r}")
        found[module.name] = named[0]
    return found
