"""The rooms of a service: what is in each, and which rooms, libraries and packages its code may use."""

import sys
from collections.abc import Iterable
from typing import NamedTuple

from channel_operate import installed

SERVICES = tuple(one.package for one in installed())
LIBRARIES = ("channel_events", "channel_operate", "channel_service", "channel_terms", "channel_testing")
KIT = "channel_testing"
"""For tests only."""
STACK = ("qudao_local", "qudao_checks")
OURS = frozenset((*SERVICES, *LIBRARIES, *STACK))

# Nothing here reads a clock, makes an id, or touches the world; what could by a call is refused by the call (`IMPURE`).
PURE_STDLIB = frozenset(
    (
        *("__future__", "abc", "bisect", "collections", "copy", "dataclasses", "datetime", "decimal", "enum", "fractions", "functools"),
        *("heapq", "itertools", "math", "operator", "re", "string", "types", "typing", "unicodedata"),
    )
)
PURE_PACKAGES = PURE_STDLIB | {"msgspec", "immutables"}
SIGNED = frozenset(("base64", "binascii", "contextlib", "hashlib", "hmac", "json", "zoneinfo"))
"""What a connector needs besides, to verify and read what a platform sent: still no clock, no ids, not the world."""
STDLIB = frozenset(sys.stdlib_module_names)
IMPURE = frozenset(
    ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "open", "input", "print", "eval", "exec", "__import__")
)


# What a library shows besides its root; all else is its inside. `testing` is for tests, `schema` and `migrations` for
# those who make databases.
DOORS = {
    "channel_events": ("pure", "schema"),
    "channel_operate": (),
    "channel_service": ("exporting", "files", "importing", "look_alikes", "migrations", "partners", "testing"),
    "channel_terms": (),
    "channel_testing": (),
}
# The library that runs the moving parts may take them from where they are, too.
PARTS = {"channel_service": ("heartbeat", "lasting", "log", "pulse", "relay", "sending", "subscription", "tasks", "timing", "told", "view")}


# What operators run takes the log, its relay and its subscriptions apart, and the kit decides and folds by their very code: both are of
# them, in packages of their own.
INSIDERS = {"channel_operate": "channel_events", "channel_testing": "channel_events"}


def doors(library: str, visitor: str) -> tuple[str, ...]:
    """The modules of ``library`` that ``visitor``, another top-level package, may import from besides its root."""
    return DOORS[library] + PARTS.get(visitor, ())


class Room(NamedTuple):
    """What the code of one room may import: rooms of its own service, modules of our libraries, other packages.

    ``packages=None`` means any. ``classes_of`` names rooms of which only classes may be taken, not deciders or functions.
    """

    rooms: frozenset[str] = frozenset()
    libraries: frozenset[str] = frozenset()
    packages: frozenset[str] | None = None
    classes_of: frozenset[str] = frozenset()


def _room(rooms: str, libraries: str, packages: Iterable[str] | None = None, classes_of: str = "") -> Room:
    allowed = None if packages is None else frozenset(packages)
    return Room(frozenset(rooms.split()), frozenset(libraries.split()), allowed, frozenset(classes_of.split()))


_EVERYTHING = "domain contracts views application senders api problems settings app migrations connectors facts kpis board"

ROOMS = {
    "domain": _room("domain", "channel_events.pure channel_terms", PURE_PACKAGES),
    "contracts": _room("contracts", "channel_events.pure", PURE_PACKAGES),
    "views": _room("views domain contracts", "channel_events channel_service.partners channel_terms", {"msgspec", "sqlalchemy"} | STDLIB),
    "application": _room(
        "application domain contracts views connectors",
        "channel_events channel_service.files channel_service.look_alikes channel_terms",
        {"msgspec", "sqlalchemy"} | STDLIB,
    ),
    "senders": _room("senders application domain contracts views settings", "channel_events channel_service"),
    "api": _room("api application views connectors senders", "channel_events channel_service channel_terms", classes_of="domain"),
    "problems": _room("", "channel_service", STDLIB),
    "settings": _room("settings", "channel_service"),
    "migrations": _room("migrations", "channel_events channel_service.files channel_service.migrations"),
    "app": _room(_EVERYTHING, "channel_events channel_service"),
    "__main__": _room("app settings", "channel_service"),
    "__init__": _room("", "", STDLIB),
}
REQUIRED = ("__init__", "__main__", "app", "domain", "contracts", "application", "views", "api", "problems")
OPTIONAL = ("settings", "migrations", "senders")
EXTRA = {
    "orders_inventory": {"connectors": _room("connectors domain contracts", "channel_events.pure channel_terms", PURE_PACKAGES | SIGNED)},
    "metrics": {
        "facts": _room("facts domain contracts", "channel_events.pure", PURE_PACKAGES),
        "kpis": _room("kpis facts domain", "channel_events.pure", PURE_PACKAGES),
        "board": _room("board application views kpis", "channel_events channel_service", classes_of="domain"),
    },
}


def room_of(service: str, name: str) -> Room | None:
    """The rules of a room; ``None`` for a room the service should not have."""
    return ROOMS.get(name) or EXTRA.get(service, {}).get(name)


def outside_rooms(package: str) -> frozenset[str]:
    """Which of our top-level packages the library, tool or stack ``package`` may import."""
    return {
        "channel_events": frozenset({"channel_events"}),
        "channel_operate": frozenset({"channel_events", "channel_operate"}),
        "channel_service": frozenset({"channel_events", "channel_service", "channel_terms"}),
        "channel_terms": frozenset({"channel_events", "channel_terms"}),
        "channel_testing": frozenset({"channel_events", "channel_testing"}),
        "qudao_local": frozenset({"qudao_local", *LIBRARIES}),
        "qudao_checks": OURS,
    }[package]
