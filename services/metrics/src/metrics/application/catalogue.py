"""The KPIs there are: every module of the room ``kpis`` defines one."""

import pkgutil
from collections.abc import Mapping
from importlib import import_module
from types import ModuleType

from metrics.domain.kpi import Kpi


def discover(room: ModuleType) -> Mapping[str, Kpi]:
    """KPIs by name; ``TypeError`` for a module that defines none, or not the one it is named for."""
    found: dict[str, Kpi] = {}
    for module in pkgutil.iter_modules(room.__path__):
        kpi = getattr(import_module(f"{room.__name__}.{module.name}"), "KPI", None)
        if not isinstance(kpi, Kpi) or kpi.name != module.name:
            raise TypeError(f"{room.__name__}.{module.name} has to define KPI, named {module.name!r}")
        found[kpi.name] = kpi
    return found
