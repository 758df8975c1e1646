"""The services that are installed. Each names itself by an entry point of its package, and nothing else lists them."""

from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import msgspec

GROUP = "qudao.services"
"""Entry points that name services: ``orders-inventory = "orders_inventory.app:SERVICE"``."""


class Installed(msgspec.Struct, frozen=True):
    """A service, known without importing what it is made of; ``load`` does that, which takes a second or two.

    ``port`` is where it listens on a developer's machine, ``PORT`` of its package's ``__init__.py``; 0, when it does not say,
    is any free one.
    """

    name: str
    package: str
    value: str
    port: int

    def load(self) -> Any:
        """What the entry point names: the service."""
        module, _, attribute = self.value.partition(":")
        return getattr(import_module(module), attribute)

    @property
    def folder(self) -> Path:
        """Where its sources, its README and its tests are, when it is installed from there."""
        file = import_module(self.package).__file__
        if file is None:
            raise ValueError(f"{self.package} has no __init__.py")
        return Path(file).parents[2]


def installed() -> Sequence[Installed]:
    """All of them, in the order of their ports; those without one come last, by name."""
    found = []
    for one in entry_points(group=GROUP):
        package = one.value.partition(":")[0].partition(".")[0]
        found.append(Installed(one.name, package, one.value, getattr(import_module(package), "PORT", 0)))
    return sorted(found, key=lambda one: (not one.port, one.port, one.name))
