"""What a service is made of."""

import re
from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import date
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from channel_events import Copy, Reaction, Sender, Timer
from channel_events.pure import Decider
from channel_events.view import View
from fastapi import APIRouter

from channel_service.measures import Measure
from channel_service.problems import ProblemCatalogue
from channel_service.work import Work


@dataclass(frozen=True)
class Service:
    """A service as a table of contents: built in its ``app.py``, run by `channel_service.run`.

    ``name`` is the service's name in events and topics, like ``partner-registry``; its distribution carries the same.
    ``migrations`` is the package that holds the folder ``versions`` of Alembic's revisions, ``"metrics.migrations"``, of a
    service that keeps tables beside its log and its views.
    """

    name: str
    _: KW_ONLY
    title: str
    summary: str
    deciders: Sequence[Decider[Any, Any, Any]] = ()
    views: Sequence[View] = ()
    reactions: Sequence[Reaction] = ()
    timers: Sequence[Timer] = ()
    senders: Sequence[Sender] = ()
    """Each brings what it keeps in the log and shows of it: a decider, a view and a reaction, which join the service's own."""
    works: Sequence[Work] = ()
    copies: Sequence[Copy[Any]] = ()
    """What views tell of what deciders need."""
    routers: Sequence[APIRouter] = ()
    migrations: str | None = None
    measures: Sequence[Measure] = ()
    grants: str = ""
    """SQL that lets the service's role use tables of its own migrations, ``{role}`` standing for the role."""
    also_sees: Callable[[str, date], sa.Select[Any]] | None = None
    """``also_sees(partner, today)`` selects, from the service's own tables, the partners whose rows that one may see beside its own."""
    problems: ProblemCatalogue = field(default_factory=lambda: ProblemCatalogue([]))

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z]+(-[a-z]+)*", self.name):
            raise ValueError(f"{self.name!r} is no name of a service: lower-case words joined by '-'")
        for name, own in (("deciders", "deliveries"), ("views", "view"), ("reactions", "reaction")):
            object.__setattr__(self, name, (*getattr(self, name), *(getattr(sender, own) for sender in self.senders)))
        if foreign := [timer.name for timer in self.timers if timer.due.view not in self.views]:
            raise ValueError(f"{self.name}: timers over views that it does not have: {', '.join(foreign)}")
        if untold := {need.name for one in self.deciders for need in one.needs} - {copy.need.name for copy in self.copies}:
            raise ValueError(f"{self.name}: no copy tells of {', '.join(sorted(untold))}, which its deciders need")

    @property
    def version(self) -> str:
        return version(self.name)

    @property
    def migrations_folder(self) -> Path | None:
        return None if self.migrations is None else Path(str(files(self.migrations))) / "versions"
